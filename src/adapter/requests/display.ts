/** `armvisor/display`: what the board's displays show, for the view of that name and for any client. */
import type { DisplayImage } from '../../machine/types';
import { toBase64 } from '../base64';
import type { DisplayArguments, DisplayBody, DisplayPicture } from '../viewProtocol';
import { defineRequest } from './handler';

export const display = defineRequest<DisplayArguments, DisplayBody>({
  command: 'armvisor/display',
  purpose: "The pictures on the board's displays; one that the client has already is named, not sent again.",
  phase: 'launched',
  shape: { have: 'object?' },
  handle(session, { have }) {
    const { machine } = session.debuggee.engine;
    const displays = machine.displays().map((image) => toProtocol(image, have ?? {}));
    return {
      displays,
      instructionCount: machine.instructionCount,
      ...(displays.length === 0 && {
        unavailable: `Nothing is displayed: the board ${machine.boardName} has no display, or the guest has not switched it on yet.`,
      }),
    };
  },
});

/** A call cannot take more arguments than this; see `toBase64`. */
const pieceBytes = 0x4000;

function toProtocol({ instance, width, height, rgb565 }: DisplayImage, have: object): DisplayPicture {
  const version = `${width}x${height}:${hash(rgb565)}`;
  const known = (have as Readonly<Record<string, unknown>>)[instance] === version;
  const pieces = [];
  for (let at = 0; !known && at < rgb565.length; at += pieceBytes) pieces.push(rgb565.subarray(at, at + pieceBytes));
  return { instance, width, height, version, ...(!known && { rgb565: toBase64(pieces) }) };
}

/** FNV-1a: cheap, and a picture that is missed once in 4 billion is drawn with the next change. */
function hash(bytes: Uint8Array): string {
  let value = 0x811c9dc5;
  for (let index = 0; index < bytes.length; index++) value = Math.imul(value ^ bytes[index]!, 0x01000193);
  return (value >>> 0).toString(16).padStart(8, '0');
}
