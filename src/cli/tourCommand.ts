/** `armvisor tour`: the settings of the tour, and whether a person sits there. The tour itself is tour/. */
import { permissionsOf } from '../adapter/requests/permissions';
import { NodeFileHost } from '../adapter/nodeHost';
import { resolveLaunch } from '../adapter/launchConfiguration/resolve';
import { runTour } from './tour/tour';

/** What `npm start` shows: the hypervisor with two mini-OS domains. */
const configuration = {
  hypervisor: 'builtin:xen',
  stopOnEntry: true,
  domains: [{ kernel: 'builtin:mini-os' }, { kernel: 'builtin:mini-os' }],
};

export async function tour(): Promise<void> {
  const { stdin, stdout } = process;
  const terminal = {
    write: (text: string) => void stdout.write(text),
    // https://no-color.org: any value but the empty one switches colours off.
    colour: stdout.isTTY === true && !process.env.NO_COLOR,
    columns: stdout.columns ?? 100,
  };
  await runTour(terminal, {
    settings: resolveLaunch(configuration).settings,
    host: new NodeFileHost(),
    permissions: permissionsOf,
    ...(stdin.isTTY && stdout.isTTY ? { interactive: { input: stdin, output: stdout } } : {}),
  });
}
