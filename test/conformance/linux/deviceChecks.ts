/** What is checked of the goldfish board's storage and sound from inside of Linux, through the kernel's own drivers. */
import { answers, type Check, equals, matches, program } from './checks';
import { crcLine } from './expected';
import { HOME } from './programs';
import { cardImage, systemBytes, systemPage, userdataBytes } from './media';
import type { LinuxSession } from './session';

const CRC = program('crc32');
const CARD = `/${HOME}/mmcblk0`;
const text = (times: number, piece: string): Uint8Array => new TextEncoder().encode(piece.repeat(times));
const hex8 = (value: number): string => value.toString(16).padStart(8, '0');

const flashChecks: readonly Check[] = [
  answers(
    'flash: the kernel finds both devices with their sizes',
    `${program('cat')} /proc/mtd`,
    equals(
      'dev:    size   erasesize  name\n' +
        `mtd0: ${hex8(systemBytes)} 00020000 "system"\n` +
        `mtd1: ${hex8(userdataBytes)} 00020000 "userdata"\n`,
    ),
  ),
  answers(
    'flash: a page is read as it is in the image',
    `${CRC} /${HOME}/mtd0 ${77 * 2048} 2048`,
    equals(crcLine(systemPage(77))),
  ),
  answers(
    'flash: a yaffs2 file system keeps a file over a remount',
    [
      `${program('mount')} yaffs2 /${HOME}/mtdblock1 /data`,
      `${program('write')} /data/file 0 yaffs-and-more. 40000`,
      `${program('mount')} -u /data`,
      `${program('mount')} yaffs2 /${HOME}/mtdblock1 /data`,
      `${CRC} /data/file`,
    ].join('; '),
    (answer) => equals(crcLine(text(40000, 'yaffs-and-more.')))(answer.replace(/^(yaffs|save exit).*\n/gm, '')),
    true,
    400_000_000,
  ),
];

const cardChecks: readonly Check[] = [
  {
    name: 'SD card: identified by the kernel',
    needsPrograms: true,
    ask(session) {
      // The kernel looks for cards in the background, a second or so after it has started.
      const found = /mmcblk0: mmc0:\S+ \S+ [^\n]+/;
      session.runUntil(() => found.test(session.console), 50_000_000);
      session.command('');
      return matches(found)(session.console);
    },
  },
  answers('SD card: all of it is read right', `${CRC} ${CARD}`, equals(crcLine(cardImage)), true, 300_000_000),
  answers(
    'SD card: what is written is read back from the card',
    `${program('write')} ${CARD} 1048576 0123456789abcdef 4096; echo 3 > /proc/sys/vm/drop_caches; ${CRC} ${CARD} 1048576 65536`,
    equals(crcLine(text(4096, '0123456789abcdef'))),
    true,
    300_000_000,
  ),
];

function playSound(session: LinuxSession): string {
  const minor = /^ *(\d+) eac$/m.exec(session.command(`${program('cat')} /proc/misc`) ?? '')?.[1];
  if (minor === undefined) return 'no device "eac" in /proc/misc';
  const pieces: Uint8Array[] = [];
  const unsubscribe = session.machine.onDeviceOutput((_instance, { pcm }) => {
    if (pcm instanceof Uint8Array) pieces.push(pcm);
  });
  const answer = session.command(
    `${program('node')} /eac ${minor}; ${program('write')} /eac 0 sixteen-byte-wav 4096; echo played`,
  );
  session.runUntil(() => false, 3_000_000);
  unsubscribe();
  const heard = Buffer.concat(pieces).toString('latin1').replace(/\0+$/, '');
  if (heard === 'sixteen-byte-wav'.repeat(4096)) return `${heard.length} bytes`;
  return `heard ${heard.length} bytes of 65536, "${heard.slice(0, 16)}" (${answer})`;
}

const soundCheck: Check = {
  name: 'sound: what a program plays is heard, sample by sample',
  needsPrograms: true,
  ask(session) {
    const detail = playSound(session);
    return { passed: detail === '65536 bytes', detail };
  },
};

/** What the kernel tells the trace device while a program runs, by the names of the events. */
const traceCheck: Check = {
  name: 'trace device: the kernel tells of a fork, the program, its mapping and its end',
  needsPrograms: true,
  ask(session) {
    const told: string[] = [];
    const unsubscribe = session.machine.onDeviceOutput((_instance, { event, path, text: argumentsText, code }) => {
      const about = path ?? argumentsText ?? code;
      if (typeof event === 'string') told.push(about === undefined ? event : `${event} ${String(about)}`);
    });
    session.command(program('true'));
    unsubscribe();
    const wanted = ['fork', `arguments ${program('true')}`, `map ${program('true')}`, 'exit 0'];
    const places = wanted.map((one) => told.indexOf(one));
    const inOrder = places.every((place, index) => place >= 0 && (index === 0 || place > places[index - 1]));
    return { passed: inOrder, detail: inOrder ? wanted.join(', ') : told.join(', ') };
  },
};

const boardChecks: readonly Check[] = [
  {
    name: 'device bus: the kernel finds every device at its base, with its interrupt',
    needsPrograms: false,
    ask({ machine, console }) {
      const missing = machine.devices.filter(({ base, irq, table }) => {
        return !console.includes(`goldfish_new_pdev ${table.name} at ${base.toString(16)} irq ${irq ?? -1}\n`);
      });
      return {
        passed: missing.length === 0,
        detail:
          missing.length === 0
            ? `${machine.devices.length} devices`
            : `not found: ${missing.map(({ instance }) => instance).join(', ')}`,
      };
    },
  },
  answers(
    'battery: the kernel reads what the board says',
    `${program('cat')} /sys/class/power_supply/battery/capacity /sys/class/power_supply/battery/status /sys/class/power_supply/ac/online`,
    equals('50\nCharging\n1\n'),
  ),
];

/** The card first: the kernel's words about it would otherwise stand among the answers to what is asked next. */
export const goldfishChecks: readonly Check[] = [...cardChecks, ...boardChecks, ...flashChecks, soundCheck, traceCheck];
