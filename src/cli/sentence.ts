/** One sentence for people from whatever was thrown; never a stack trace. */
import { UserError } from '../debugger/types';
import { ImageError } from '../image/errors';

export function sentenceOf(error: unknown): string {
  if (error instanceof UserError || error instanceof ImageError) return error.message;
  const what = error instanceof Error ? error.message.split('\n')[0] : String(error);
  return `something failed inside (${what}); this is a defect, please report it.`;
}
