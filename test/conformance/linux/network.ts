/** Whether a kernel that asks for an address by DHCP gets the one of the user-mode network, through its own driver. */
import type { Finding } from './checks';
import { type LinuxImages, LinuxSession } from './session';

/** What the network's DHCP server gives (docs/devices/smc91x.md). */
const ADDRESS = '10.0.2.15';
const CONFIGURED = /IP-Config: Complete[^]*?device=eth0, addr=([\d.]+)/;

/** Undefined when the kernel is built without a driver for the adapter, or does not configure addresses itself. */
export function checkDhcp(images: LinuxImages, maxInstructions: number): Finding | undefined {
  const session = new LinuxSession({ ...images, commandLine: `${images.commandLine} ip=dhcp` });
  const done = (): boolean => CONFIGURED.test(session.console);
  session.runUntil(() => done() || session.prompted, maxInstructions);
  const address = CONFIGURED.exec(session.console)?.[1];
  if (address === undefined && !/IP-Config|DHCP/.test(session.console)) return undefined;
  return { passed: address === ADDRESS, detail: address ?? 'no address' };
}
