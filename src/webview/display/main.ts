/** The display page: draws what the board's displays show, and passes keys and touches on to the machine. */
import { expandRgb565 } from '../../adapter/pixels';
import type { DisplayBody, DisplayPicture } from '../../adapter/viewProtocol';
import type { DisplayHostMessage, DisplayPageMessage, SessionState } from '../messages';
import { h } from '../shared/dom';
import { connect } from '../shared/host';
import { createStatusLine } from '../shared/statusLine';
import { evdev, evdevCode, phoneKeys } from './keys';

const host = connect<DisplayHostMessage, DisplayPageMessage, object>();

let session: SessionState = { kind: 'none', name: '' };
let failure: string | undefined;
let body: DisplayBody | undefined;
const screens = new Map<string, HTMLCanvasElement>();
/** Keys that are down, so that none stays so when the page loses the keyboard. */
const down = new Set<number>();

const status = createStatusLine(() => host.send({ type: 'refresh' }), 'ten times a second');
const empty = h('p', { class: 'hint empty' }, 'The picture appears when the guest has switched a display on.');
const stage = h('div', { class: 'stage' });
const save = h('button', { type: 'button', class: 'secondary', title: 'Write the picture to a file' }, 'Save as PNG');
const keypad = h(
  'div',
  { class: 'keypad', role: 'group', 'aria-label': 'Keys of the board' },
  ...phoneKeys.map(({ label, code }) => {
    const button = h('button', { type: 'button', class: 'secondary' }, label);
    button.addEventListener('click', () => {
      key(code, 1);
      key(code, 0);
    });
    return button;
  }),
);
const help = h('p', { class: 'hint' }, 'Click the picture to type into it. Ctrl+Alt gives the keyboard back.');
const controls = h('div', { class: 'controls', hidden: true }, keypad, save);
document.body.append(
  h('header', {}, h('h1', {}, 'Display'), status.element),
  h('main', {}, empty, stage, controls, help),
);

function key(code: number, value: 0 | 1): void {
  if (value === 1) down.add(code);
  else if (!down.delete(code)) return;
  host.send({ type: 'input', events: [{ type: evdev.KEY, code, value }] });
}

function screenOf(picture: DisplayPicture): HTMLCanvasElement {
  const known = screens.get(picture.instance);
  if (known) return known;
  const canvas = h('canvas', {
    class: 'screen',
    tabindex: 0,
    'aria-label': `Display ${picture.instance}`,
    role: 'application',
  });
  screens.set(picture.instance, canvas);
  canvas.addEventListener('keydown', (event) => {
    if (event.ctrlKey && event.altKey) return canvas.blur();
    const code = evdevCode(event.code);
    if (code === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    // The guest repeats keys by itself.
    if (!event.repeat) key(code, 1);
  });
  canvas.addEventListener('keyup', (event) => {
    const code = evdevCode(event.code);
    if (code !== undefined) key(code, 0);
  });
  canvas.addEventListener('blur', () => [...down].forEach((code) => key(code, 0)));
  canvas.addEventListener('pointerdown', (event) => {
    canvas.focus();
    canvas.setPointerCapture(event.pointerId);
    touch(canvas, event, 1);
  });
  canvas.addEventListener('pointermove', (event) => event.buttons !== 0 && touch(canvas, event, 1));
  canvas.addEventListener('pointerup', (event) => touch(canvas, event, 0));
  stage.append(canvas);
  return canvas;
}

/** A touch as a touch screen reports it: place, then finger, then the end of the report. */
function touch(canvas: HTMLCanvasElement, event: PointerEvent, value: 0 | 1): void {
  const place = (offset: number, shown: number, size: number) =>
    Math.max(0, Math.min(size - 1, Math.floor((offset * size) / shown)));
  const { SYN, KEY, ABS, ABS_X, ABS_Y, BTN_TOUCH } = evdev;
  host.send({
    type: 'input',
    events: [
      { type: ABS, code: ABS_X, value: place(event.offsetX, canvas.clientWidth, canvas.width) },
      { type: ABS, code: ABS_Y, value: place(event.offsetY, canvas.clientHeight, canvas.height) },
      { type: KEY, code: BTN_TOUCH, value },
      { type: SYN, code: 0, value: 0 },
    ],
  });
}

function draw(picture: DisplayPicture): void {
  const canvas = screenOf(picture);
  if (picture.rgb565 === undefined) return;
  const { width, height } = picture;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const bytes = Uint8Array.from(atob(picture.rgb565), (character) => character.charCodeAt(0));
  const pixels = expandRgb565(bytes, true);
  if (pixels.length === width * height * 4)
    canvas.getContext('2d')?.putImageData(new ImageData(pixels, width, height), 0, 0);
}

function take(next: DisplayBody): void {
  failure = undefined;
  body = next;
  for (const [instance, canvas] of screens) {
    if (next.displays.some((picture) => picture.instance === instance)) continue;
    canvas.remove();
    screens.delete(instance);
  }
  next.displays.forEach(draw);
  empty.hidden = next.displays.length > 0;
  controls.hidden = next.displays.length === 0;
  if (next.unavailable !== undefined) empty.textContent = next.unavailable;
}

save.addEventListener('click', () => {
  for (const [instance, canvas] of screens)
    host.send({ type: 'save', name: instance, png: canvas.toDataURL('image/png').split(',')[1]! });
});

host.listen((message) => {
  switch (message.type) {
    case 'session':
      session = message.session;
      break;
    case 'failed':
      failure = message.text;
      break;
    case 'refused':
      help.textContent = message.text;
      break;
    case 'display':
      take(message.body);
      break;
  }
  status.update({ session, instructionCount: body?.instructionCount, failure });
});
status.update({ session });
host.send({ type: 'ready' });
