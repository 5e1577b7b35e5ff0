/** The one error that reading an image may throw: a sentence for people, saying what is wrong, where, and what to do. */
export class ImageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ImageError';
  }
}

/** An address or file offset as it is written in messages. */
export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
