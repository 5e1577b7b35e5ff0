/** `armvisor image keygen | sign | verify`: Ed25519 keys and signatures of images, by Node's cryptography. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { NodeFileHost } from '../adapter/nodeHost';
import { UserError } from '../debugger/types';
import { publicKeyOf } from '../hypervisor/policy/publicKey';
import { isElf } from '../debugger/loading/loadImages';
import { readSignature, withSignatureHeader } from '../image/signature';

/** SubjectPublicKeyInfo of an Ed25519 key before its 32 bytes (RFC 8410, section 4). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const rawPublicKey = (key: KeyObject): Uint8Array =>
  new Uint8Array(key.export({ type: 'spki', format: 'der' })).subarray(SPKI_PREFIX.length);

const publicKeyObject = (raw: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' });

/** Writes KEY (private, PKCS #8, readable by its owner only) and KEY.pub. Never over a key that is there. */
export function generateKey(file: string): void {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  write(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { flag: 'wx', mode: 0o600 });
  write(`${file}.pub`, publicKey.export({ type: 'spki', format: 'pem' }), { flag: 'wx' });
  process.stdout.write(
    `${file}: the private key; keep it secret\n${file}.pub: the public key, ${hexOf(rawPublicKey(publicKey))}\n`,
  );
}

/** Signs an image; one that is signed already gets the new signature instead of the old one. */
export async function signImage(file: string, keyFile: string, output?: string): Promise<void> {
  const key = privateKey(keyFile);
  const bytes = await readImage(file);
  if (!isElf(bytes)) throw new UserError(`${file} is no ELF file: the hypervisor starts nothing else as a domain.`);
  const before = readSignature(bytes);
  const image = typeof before === 'string' ? bytes : before.image;
  const publicKey = rawPublicKey(createPublicKey(key));
  const message = withSignatureHeader(image, publicKey);
  const to = output ?? signedName(file);
  write(to, Buffer.concat([message, sign(null, message, key)]));
  process.stdout.write(`${to}: ${image.length} bytes, signed with key ${hexOf(publicKey)}\n`);
}

/** @throws UserError when the image is not exactly what the owner of this key has signed */
export async function verifyImage(file: string, keyFile: string): Promise<void> {
  const publicKey = readPublicKey(keyFile);
  const found = readSignature(await readImage(file));
  if (found === 'unsigned') throw new UserError(`${file} carries no signature: sign it with “armvisor image sign”.`);
  if (found === 'damaged') throw new UserError(`${file}: its signature is for an image of another length or kind.`);
  if (hexOf(found.publicKey) !== hexOf(publicKey))
    throw new UserError(`${file} is signed with another key, ${hexOf(found.publicKey)}: verify it with that one.`);
  if (!verify(null, found.signed, publicKeyObject(publicKey), found.signature))
    throw new UserError(`${file}: the signature is wrong, the image is not what was signed: get it or sign it again.`);
  process.stdout.write(`${file}: ${found.image.length} bytes, signed with key ${hexOf(publicKey)}\n`);
}

function readPublicKey(file: string): Uint8Array {
  const found = publicKeyOf(readText(file));
  if (typeof found !== 'string') return found;
  throw new UserError(`${file} ${found}.`);
}

function privateKey(file: string): KeyObject {
  const text = readText(file);
  try {
    const key = createPrivateKey(text);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Said below, in words.
  }
  throw new UserError(`${file} is no private Ed25519 key in PEM: make one with “armvisor image keygen”.`);
}

/** guest.elf becomes guest.signed.elf. */
function signedName(file: string): string {
  if (file.startsWith('builtin:')) throw new UserError(`give the signed copy of ${file} a name with -o.`);
  const { dir, name, ext } = path.parse(file);
  return path.join(dir, `${name}.signed${ext}`);
}

async function readImage(file: string): Promise<Uint8Array> {
  const host = new NodeFileHost();
  return file.startsWith('builtin:') ? host.readBuiltin(file) : host.readFile(file);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${(error as Error).message}.`);
  }
}

function write(file: string, content: string | Uint8Array, options: { flag?: string; mode?: number } = {}): void {
  try {
    writeFileSync(file, content, options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new UserError(`${file} exists: choose another name, a key that is in use must not be lost.`);
    throw new UserError(`${file} cannot be written: ${(error as Error).message}.`);
  }
}
