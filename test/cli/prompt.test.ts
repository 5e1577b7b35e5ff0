/** The prompt's look at devices, with the real machine. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { permissionsOf } from '../../src/adapter/requests/permissions';
import { runLine } from '../../src/cli/tour/prompt';
import { TourSession } from '../../src/cli/tour/session';
import { session } from '../debugger/support/session';

describe('The prompt', () => {
  let text = '';
  let tour: TourSession;
  const type = async (line: string): Promise<string> => {
    text = '';
    await runLine(tour, line);
    return text;
  };
  before(async () => {
    const terminal = { write: (more: string) => void (text += more), colour: false, columns: 100 };
    tour = new TourSession(terminal, await session(), permissionsOf);
  });
  after(() => tour.dispose());

  it('lists the devices with base, interrupt and what they are', async () => {
    const listed = await type('devices');
    assert.match(listed, /^ +goldfish_timer +0xff003000, irq 3 +Nanoseconds since switch-on/m);
    assert.equal(listed.trimEnd().split('\n').length, tour.engine.machine.devices.length);
  });

  it('shows the registers of one, with the bit fields below them', async () => {
    const shown = await type('devices goldfish_interrupt_controller');
    assert.match(shown, /^ +0xff000000 +Interrupt controller/);
    assert.match(shown, /^ +NUMBER +0x[0-9a-f]{8}/m);
    assert.match(shown, /^ +NUMBER \[4:0\] +0 +Interrupt number\./m);
    assert.match(shown, /^ +ENABLE +write-only/m);
  });

  it('prints a register, and what a device keeps', async () => {
    assert.match(await type('print $goldfish_timer.TIME_LOW'), /^ +0x[0-9a-f]{8} +\(Low word of the present time/);
    assert.match(await type('print $goldfish_timer.state'), /alarmTicks +Infinity/);
    assert.match(await type('devices goldfish_toaster'), /no register "\$goldfish_toaster"/);
  });
});
