/** `armvisor/input`: keys and touches for the board, for the display view and for any client. */
import { UserError } from '../../debugger/types';
import type { InputArguments, InputReport } from '../viewProtocol';
import { defineRequest } from './handler';

/** A client types one key at a time; more than this is no person. */
const mostEvents = 256;

export const input = defineRequest<InputArguments, void>({
  command: 'armvisor/input',
  purpose: 'Presses keys and touches the screen of the board: evdev events for the first device that takes them.',
  phase: 'launched',
  shape: { events: 'array' },
  handle(session, { events }) {
    const { machine } = session.debuggee.engine;
    if (!events.every(isReport) || events.length > mostEvents)
      throw new UserError(
        `"events" must be at most ${mostEvents} objects with whole numbers: { "type": 1, "code": 30, "value": 1 }.`,
      );
    for (const { type, code, value } of events) {
      if (!machine.devices.some(({ instance }) => machine.sendDeviceInput(instance, { type, code, value })))
        throw new UserError(
          `No device of the board ${machine.boardName} takes input of type ${type} and code ${code}: it has no keyboard or touch screen for it.`,
        );
    }
  },
});

function isReport(report: unknown): report is InputReport {
  if (typeof report !== 'object' || report === null) return false;
  const { type, code, value } = report as Partial<InputReport>;
  return [type, code, value].every((each) => Number.isInteger(each));
}
