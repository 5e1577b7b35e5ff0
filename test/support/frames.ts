/** Ethernet frames as a person would read them off the wire (RFC 826, 791, 792, 768); every checksum is held against its own sum. */
import assert from 'node:assert/strict';

const ETHERNET_BYTES = 14;

export interface Frame {
  readonly destination: string;
  readonly source: string;
  /** "arp request", "arp reply", "icmp 8/0", "udp 7", or "type 9000". */
  readonly what: string;
  /** Addresses of the network layer; for ARP the sender's and the target's. */
  readonly from?: string;
  readonly to?: string;
  /** ICMP's sequence number. */
  readonly sequence?: number;
  readonly payload: Uint8Array;
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
const mac = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(0, 6)).toString('hex').match(/../g)!.join(':');
const dotted = (bytes: Uint8Array): string => bytes.subarray(0, 4).join('.');

/** RFC 1071: 0 for bytes that hold their own right checksum. */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at]! << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function arp(packet: Uint8Array): Pick<Frame, 'what' | 'from' | 'to' | 'payload'> {
  assert.deepEqual([...packet.subarray(0, 6)], [0, 1, 8, 0, 6, 4], 'Ethernet and IPv4');
  const operation = view(packet).getUint16(6);
  assert.ok(operation === 1 || operation === 2, `ARP operation ${operation}`);
  return {
    what: operation === 1 ? 'arp request' : 'arp reply',
    from: dotted(packet.subarray(14)),
    to: dotted(packet.subarray(24)),
    payload: packet.subarray(8),
  };
}

function ipv4(packet: Uint8Array): Omit<Frame, 'destination' | 'source'> {
  assert.equal(packet[0], 0x45, 'version 4, a header of 20 bytes');
  assert.equal(view(packet).getUint16(2), packet.length, 'total length');
  assert.equal(checksum(packet.subarray(0, 20)), 0, 'header checksum');
  const [from, to, message] = [dotted(packet.subarray(12)), dotted(packet.subarray(16)), packet.subarray(20)];
  const payload = message.subarray(8);
  if (packet[9] === 1) {
    assert.equal(checksum(message), 0, 'ICMP checksum');
    return { what: `icmp ${message[0]}/${message[1]}`, from, to, sequence: view(message).getUint16(6), payload };
  }
  assert.equal(packet[9], 17, 'ICMP or UDP');
  assert.equal(view(message).getUint16(4), message.length, 'UDP length');
  const pseudo = [...packet.subarray(12, 20), 0, 17, message.length >> 8, message.length & 0xff];
  assert.equal(checksum(Uint8Array.from([...pseudo, ...message])), 0, 'UDP checksum');
  return { what: `udp ${view(message).getUint16(2)}`, from, to, payload };
}

/** Throws when the frame is not right in every field that it must have. */
export function decodeFrame(bytes: Uint8Array): Frame {
  const type = view(bytes).getUint16(12);
  const body = bytes.subarray(ETHERNET_BYTES);
  const contents =
    type === 0x0806 ? arp(body) : type === 0x0800 ? ipv4(body) : { what: `type ${type.toString(16)}`, payload: body };
  return { destination: mac(bytes), source: mac(bytes.subarray(6)), ...contents };
}
