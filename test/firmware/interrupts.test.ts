import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { createGoldfishBoard } from '../../src/machine/boards/goldfish';
import { drivenGuests, SCRATCH, type DrivenGuest } from '../support/drivenGuest';
import { Errno } from '../support/xenInterface';

const EVENT_CHANNEL_OP = 16;
const BIND_PIRQ = 2;
const CLOSE = 3;
const STATUS = 5;
const PHYSDEV_OP = 19;
const IRQ_UNMASK_NOTIFY = 4;
const IRQ_STATUS_QUERY = 5;
const SET_FOREGROUND_DOMAIN = 33;
const SET_HID_IRQ = 34;
const DOMID_SELF = 0x7ff0;
const PIRQ = 3;
const WILL_SHARE = 1;

const IRQ_TIMER = 3;
const IRQ_BATTERY = 15;
const IRQ_EVENTS = 16;
const BATTERY = 0xf001_4000;
const INT_STATUS = 0;
const INT_ENABLE = 4;
const CAPACITY = 24;
const EVENTS_READ = 0xf001_5000;
const BATTERY_CHANGED = 1;
const PENDING = 64;

/** Binds a line; gives the port. */
function bind(guest: DrivenGuest, irq: number, flags = 0): number {
  assert.equal(guest.callWith(EVENT_CHANNEL_OP, [BIND_PIRQ, irq, flags]), 0);
  return guest.word(SCRATCH + 12);
}

const notify = (guest: DrivenGuest): number => guest.callWith(PHYSDEV_OP, [IRQ_UNMASK_NOTIFY]);

/** Is the event pending? Clears it, as a guest does that handles it. */
function takeEvent({ xen, sharedInfo }: DrivenGuest, port: number): boolean {
  const pending = xen.word(sharedInfo + PENDING);
  if (((pending >>> port) & 1) === 0) return false;
  const left = Uint8Array.from([0, 8, 16, 24], (shift) => (pending & ~(1 << port)) >>> shift);
  xen.machine.writePhysical(sharedInfo + PENDING - 0xff00_0000, left);
  return true;
}

describe('Hypervisor: physical interrupts', () => {
  it('tells the domain that has bound a line once for each interrupt, and waits for its answer', () => {
    const {
      xen,
      guests: [domain0],
    } = drivenGuests(1);
    assert.ok(domain0);
    const port = bind(domain0, IRQ_BATTERY);
    domain0.store(BATTERY + INT_ENABLE, BATTERY_CHANGED);
    const change = (capacity: number): void => {
      assert.ok(xen.machine.sendDeviceInput('goldfish-battery.0', { capacity }));
      xen.machine.setBreakpoints([]);
      xen.machine.run(20_000);
    };
    change(20);
    assert.equal(takeEvent(domain0, port), true);
    assert.equal(domain0.load(BATTERY + CAPACITY), 20);
    assert.equal(domain0.load(BATTERY + INT_STATUS), BATTERY_CHANGED);
    change(30);
    assert.equal(takeEvent(domain0, port), false, 'the line is masked');
    assert.equal(notify(domain0), 0);
    assert.equal(takeEvent(domain0, port), true, 'and comes through now');
    assert.equal(domain0.load(BATTERY + INT_STATUS), BATTERY_CHANGED);
    assert.equal(notify(domain0), 0);
    assert.equal(takeEvent(domain0, port), false, 'the device is quiet');
  });

  it('keeps the CPU when a domain never answers, and says what a port is bound to until it is closed', () => {
    const {
      xen,
      guests: [domain0],
    } = drivenGuests(1);
    assert.ok(domain0);
    const port = bind(domain0, IRQ_BATTERY);
    domain0.store(BATTERY + INT_ENABLE, BATTERY_CHANGED);
    xen.machine.sendDeviceInput('goldfish-battery.0', { capacity: 1 });
    domain0.waitForIt();
    assert.equal(domain0.callWith(EVENT_CHANNEL_OP, [STATUS, DOMID_SELF, port]), 0);
    assert.deepEqual([domain0.word(SCRATCH + 12), domain0.word(SCRATCH + 20)], [PIRQ, IRQ_BATTERY]);
    assert.equal(domain0.callWith(EVENT_CHANNEL_OP, [CLOSE, port]), 0);
    assert.equal(notify(domain0), 0);
    assert.equal(bind(domain0, IRQ_BATTERY), port, 'the line and the port are free again');
    domain0.waitForIt();
    assert.equal(takeEvent(domain0, port), true, 'the device still asks');
  });

  it('gives lines to Domain-0 only, those of its devices only, and each once', () => {
    const {
      guests: [domain0, domain1],
    } = drivenGuests(2);
    assert.ok(domain0 && domain1);
    const tryToBind = (guest: DrivenGuest, irq: number, flags = 0): number =>
      guest.callWith(EVENT_CHANNEL_OP, [BIND_PIRQ, irq, flags]);
    assert.equal(tryToBind(domain0, 32), Errno.EINVAL);
    assert.equal(tryToBind(domain0, 0xffff_ffff), Errno.EINVAL);
    assert.equal(tryToBind(domain0, IRQ_TIMER), Errno.EPERM);
    assert.equal(tryToBind(domain1, IRQ_BATTERY), Errno.EPERM);
    bind(domain0, IRQ_BATTERY);
    assert.equal(tryToBind(domain0, IRQ_BATTERY), Errno.EEXIST);
    assert.equal(domain1.call(SET_HID_IRQ, IRQ_BATTERY), Errno.EPERM);
    assert.equal(domain0.call(SET_HID_IRQ, IRQ_TIMER), Errno.EINVAL);
    assert.equal(domain0.call(SET_HID_IRQ, 99), Errno.EINVAL);
    assert.equal(domain0.call(SET_HID_IRQ, IRQ_BATTERY), 0);
    assert.equal(tryToBind(domain1, IRQ_BATTERY, WILL_SHARE), Errno.EBUSY, 'the first does not share');
    assert.equal(domain0.callWith(PHYSDEV_OP, [IRQ_STATUS_QUERY, 32]), Errno.EINVAL);
    assert.equal(domain0.callWith(PHYSDEV_OP, [IRQ_STATUS_QUERY, IRQ_BATTERY]), 0);
    assert.equal(domain0.word(SCRATCH + 8), 1, 'needs IRQ_UNMASK_NOTIFY');
  });

  it('brings human input to the foreground domain alone, which Domain-0 names', () => {
    const {
      xen,
      guests: [domain0, domain1],
    } = drivenGuests(2);
    assert.ok(domain0 && domain1);
    assert.equal(domain0.call(SET_HID_IRQ, IRQ_EVENTS), 0);
    const ports = [bind(domain0, IRQ_EVENTS, WILL_SHARE), bind(domain1, IRQ_EVENTS, WILL_SHARE)] as const;
    const press = (): boolean[] => {
      assert.ok(xen.machine.sendDeviceInput('goldfish_events.0', { type: 1, code: 30, value: 1 }));
      xen.machine.setBreakpoints([]);
      xen.machine.run(20_000);
      return [takeEvent(domain0, ports[0]), takeEvent(domain1, ports[1])];
    };
    const drain = (): void => {
      for (let word = 0; word < 3; word++) domain0.load(EVENTS_READ);
      notify(domain0);
      notify(domain1);
    };
    assert.deepEqual(press(), [true, false]);
    drain();
    assert.equal(domain1.call(SET_FOREGROUND_DOMAIN, 1), Errno.EPERM);
    assert.equal(domain0.call(SET_FOREGROUND_DOMAIN, 7), Errno.ESRCH);
    assert.equal(domain0.call(SET_FOREGROUND_DOMAIN, 1), 0);
    assert.deepEqual(press(), [false, true]);
    drain();
    assert.deepEqual(press(), [false, true]);
    assert.equal(domain0.call(SET_FOREGROUND_DOMAIN, 0), 0);
    assert.equal(takeEvent(domain0, ports[0]), true, 'what waits comes to the new one');
  });
});

describe('Hypervisor: devices for guests', () => {
  it('are found where the board has them, and nothing else is given away in their old places', () => {
    for (const serialPorts of [1, 2, 3, 6]) {
      const {
        xen,
        guests: [domain0],
      } = drivenGuests(1, { machine: { board: createGoldfishBoard({ serialPorts }) } });
      assert.ok(domain0);
      const mapped = Array.from({ length: 32 }, (_, page) => 0xf001_0000 + 4096 * page).flatMap((address) => {
        const { physicalAddress } = xen.machine.walk(address, 'read', true);
        return physicalAddress === undefined ? [] : [physicalAddress];
      });
      const harmless = ['goldfish_rtc', 'goldfish-battery.0', 'goldfish_events.0'];
      const expected = xen.machine.devices
        .filter(({ instance }) => harmless.includes(instance))
        .map(({ base }) => base);
      assert.equal(expected.length, 3);
      assert.deepEqual(mapped, expected, `${serialPorts} serial ports`);
    }
  });
});
