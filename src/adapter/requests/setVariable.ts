import type { DebugProtocol } from '@vscode/debugprotocol';
import { UserError, type Value } from '../../debugger/types';
import { shownText } from '../variables';
import { defineRequest } from './handler';

export const setVariable = defineRequest<DebugProtocol.SetVariableArguments, DebugProtocol.SetVariableResponse['body']>(
  {
    command: 'setVariable',
    purpose:
      'Writes a value that is shown in Variables: a register, a virtual register, a register of a device (as the guest would store to it), a C variable.',
    phase: 'stopped',
    shape: { variablesReference: 'number', name: 'string', value: 'string', format: 'object?' },
    capabilities: { supportsSetVariable: true },
    handle(session, { variablesReference, name, value, format }) {
      const containers = session.debuggee.variables;
      const find = (): Value => {
        const found = containers.values(variablesReference).find((each) => each.name === name);
        if (!found) throw new UserError(`There is no "${name}" here any more: open the variables again.`);
        return found;
      };
      const target = find();
      if (!target.set)
        throw new UserError(`"${name}" cannot be changed${target.readOnlyReason ? `: ${target.readOnlyReason}` : ''}.`);
      target.set(value);
      const written = find();
      session.afterResponse(() => session.events.written(written.memory));
      return { value: shownText(written, format), ...containers.describe(written) };
    },
  },
);
