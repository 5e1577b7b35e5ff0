// A person's walk through the workbench: F5, a breakpoint, the virtual registers, both views. Screenshots of each step are
// kept in test-results/workbench/.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { startBrowser } from '../../../tools/workbench/browser.mjs';
import { startServer } from '../../../tools/workbench/server.mjs';
import { projectRoot } from '../../../tools/workbench/setup.mjs';
import {
  addFunctionBreakpoint,
  callStackRow,
  collapseScope,
  expandScope,
  openWorkbench,
  runCommand,
  startDebugging,
  variableRow,
  webviewWith,
} from './driver.mjs';

const screenshots = path.join(projectRoot, 'test-results/workbench');
const configuration = 'Xen with two mini-OS domains';

describe('A walk through the workbench', () => {
  let server;
  let browser;
  let page;
  let shots = 0;
  const consoleLines = [];
  const screenshot = (name) => page.screenshot({ path: path.join(screenshots, `${++shots}-${name}.png`) });

  before(async () => {
    rmSync(screenshots, { recursive: true, force: true });
    mkdirSync(screenshots, { recursive: true });
    // Installed as users have it, by a link, so that messages are shown too.
    server = await startServer({ link: [projectRoot] });
    browser = await startBrowser();
    page = browser.page;
    page.on('console', (message) => consoleLines.push(message.text()));
    await openWorkbench(
      page,
      server.url({
        workspace: path.join(projectRoot, 'samples/armvisor.code-workspace'),
        file: path.join(projectRoot, 'firmware/xen/arch/arm/xen/hypercalls.S'),
      }),
    ).catch(async (error) => {
      await screenshot('failed');
      throw new Error(`${error.message}\n${[...consoleLines.slice(-20), server.log().slice(-2000)].join('\n')}`);
    });
  });
  after(async () => {
    await browser?.stop();
    await server?.stop();
  });
  afterEach(async function () {
    if (this.currentTest.state === 'failed') await screenshot('failed');
  });

  it('F5 stops on entry, in the source of the hypervisor', async () => {
    await startDebugging(page, configuration);
    await page.locator('.codicon-debug-stackframe').first().waitFor();
    await page.locator('.tab.active', { hasText: 'start.S' }).waitFor();
    await screenshot('entry');
  });

  it('a function breakpoint on do_upcall hits', async () => {
    await addFunctionBreakpoint(page, 'do_upcall');
    await page.keyboard.press('F5');
    await callStackRow(page, 'do_upcall').waitFor();
    await page.locator('.tab.active', { hasText: 'entry.S' }).waitFor();
    for (const domain of ['Domain-0', 'Domain-1']) await callStackRow(page, domain).waitFor();
    await screenshot('do_upcall');
  });

  it('the Variables view has VFAR among the virtual registers', async () => {
    await expandScope(page, 'Virtual registers', 'VFAR');
    const text = await variableRow(page, 'VFAR').textContent();
    assert.match(text, /VFAR.*0x[0-9a-fA-F]{8}/);
    await screenshot('virtual-registers');
  });

  it('the Variables view has the timer among the devices, with its registers', async () => {
    await collapseScope(page, 'Virtual registers');
    await collapseScope(page, 'Registers');
    await expandScope(page, 'Devices', 'goldfish_timer');
    await expandScope(page, 'goldfish_timer', 'TIME_LOW');
    assert.match(await variableRow(page, 'TIME_LOW').textContent(), /TIME_LOW.*0x[0-9a-f]{8}/);
    assert.match(await variableRow(page, 'ALARM_LOW').textContent(), /write-only/);
    await screenshot('devices');
    await collapseScope(page, 'Devices');
  });

  it('the memory map names the areas of Figure 2 and the owners of the regions', async () => {
    await page.keyboard.press('Control+j'); // the panel: room for the view
    await runCommand(page, 'Armvisor: Show Memory Map');
    const view = await webviewWith(page, 'Memory map');
    await view.locator('.region').first().waitFor();
    const text = await view.locator('.map').innerText();
    for (const words of ['DIRECTMAP', 'Guest kernel', 'Xen image', 'D0 VMM', 'D1 kernel'])
      assert.ok(text.includes(words), words);
    assert.match(await view.locator('.status').innerText(), /Stopped/);
    await screenshot('memory-map');
  });

  it('the memory map is walked with the keyboard and shows another domain', async () => {
    const view = await webviewWith(page, 'Memory map');
    const chosen = () => view.locator('[aria-selected=true]').getAttribute('aria-label');
    await view.locator('.map').focus();
    await page.keyboard.press('End');
    assert.match(await chosen(), /^0x00000000/);
    await page.keyboard.press('ArrowUp');
    assert.doesNotMatch(await chosen(), /^0x00000000/);
    await view.locator('#space').selectOption('dom1');
    // The hypervisor's own areas reach every domain's memory; a guest's areas only its own.
    const guestKernel = view.locator('.area[aria-label^="Guest kernel"]');
    await guestKernel.locator('.owner', { hasText: 'Domain-1' }).first().waitFor();
    assert.equal(await guestKernel.locator('.owner', { hasText: 'Domain-0' }).count(), 0);
  });

  it('the domain permissions hold the live DACR against Table 1', async () => {
    await runCommand(page, 'Armvisor: Show Domain Permissions');
    const view = await webviewWith(page, 'Domain permissions');
    await view.locator('.matrix').waitFor();
    const heads = await view.locator('.matrix thead th').allInnerTexts();
    assert.equal(heads.length, 6);
    assert.equal(await view.locator('.matrix tbody tr').count(), 16);
    assert.match(await view.locator('.summary').innerText(), /DACR of the CPU is\s+0x000000/);
  });

  it('an address typed in is explained to the verdict', async () => {
    const view = await webviewWith(page, 'Domain permissions');
    await view.locator('#access').selectOption('write');
    await view.locator('#address').fill('dom1:0xC0008000');
    await page.keyboard.press('Enter');
    await view.locator('.verdict', { hasText: 'denied' }).waitFor();
    assert.match(await view.locator('.steps').innerText(), /L1\[0xC00\]/);
    await screenshot('permissions');
  });

  it('the display says why it shows nothing', async () => {
    await runCommand(page, 'Armvisor: Show Display');
    const view = await webviewWith(page, 'Display');
    await view.locator('.empty', { hasText: 'Nothing is displayed' }).waitFor();
    await screenshot('display');
  });

  it('the memory map follows the machine while it runs, and says so', async () => {
    await runCommand(page, 'Armvisor: Show Memory Map');
    await runCommand(page, 'Remove All Breakpoints');
    await runCommand(page, 'Debug: Continue');
    const view = await webviewWith(page, 'Memory map');
    await view.locator('.status', { hasText: 'Running, refreshed every second' }).waitFor();
    const before = await view.locator('.status-count').innerText();
    await view.locator('.status-count', { hasNotText: before }).waitFor();
    await screenshot('running');
    await runCommand(page, 'Debug: Pause');
    await page.locator('.debug-toolbar .codicon-debug-continue').waitFor();
    // The pause may open a source over the view, whose page is then thrown away: it is brought to the front again.
    await page.locator('.tab', { hasText: 'Memory Map' }).click();
    const again = await webviewWith(page, 'Memory map');
    await again.locator('.status', { hasText: 'Stopped' }).waitFor();
  });

  it('a view that was hidden comes back as it was, and says that the session has ended', async () => {
    await runCommand(page, 'Debug: Stop');
    await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    await page.locator('.tab', { hasText: 'Memory Map' }).click();
    const view = await webviewWith(page, 'Memory map');
    await view.locator('.status', { hasText: 'Session ended' }).waitFor();
    await view.locator('.region').first().waitFor();
    assert.equal(await view.locator('#space').inputValue(), 'dom1');
    await screenshot('ended');
  });
});
