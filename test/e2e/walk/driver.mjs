// The workbench as a person uses it, for Playwright: keys, palette, views. Waits on what is seen, never on time.

/**
 * Opens a workbench with an assembly file in it and waits until it knows the file's language: then the extension's other
 * contributions are in, too. A Run view that is opened before stays empty for good.
 */
export async function openWorkbench(page, url) {
  await page.goto(url);
  await page.locator('[id="status.editor.mode"]', { hasText: 'ARM Assembly' }).waitFor({ timeout: 60_000 });
}

const succeeds = (action) =>
  action.then(
    () => true,
    () => false,
  );
const appears = (locator, timeout) => succeeds(locator.waitFor({ timeout }));

/**
 * Presses F5 once the Run view offers the configuration of this name. On a busy computer VS Code may build the view before it has read the
 * launch configurations, and then keeps it empty: the window is loaded anew, as a person would.
 */
export async function startDebugging(page, name) {
  const offer = page.locator('.start-debug-action-item', { hasText: name }).first();
  await page.keyboard.press('Control+Shift+D');
  if (!(await appears(offer, 20_000))) {
    await openWorkbench(page, page.url());
    await page.keyboard.press('Control+Shift+D');
    await offer.waitFor();
  }
  await page.keyboard.press('F5');
  // The first session of a workbench activates the extension, too.
  await page.locator('.debug-toolbar:visible').first().waitFor({ timeout: 60_000 });
}

/**
 * Runs the command with this title from the palette, which does not learn of new commands while it is open: it is reopened
 * until it knows it.
 */
export async function runCommand(page, title) {
  const input = page.locator('.quick-input-widget input').first();
  const row = page.locator(`.quick-input-list .monaco-list-row[aria-label^="${title}"]`).first();
  for (let tries = 0; tries < 15; tries++) {
    await page.keyboard.press('Escape');
    await page.keyboard.press('F1');
    // Filled, not typed: keys go astray into the editor while the palette is still opening. It closes when the focus moves, to a source
    // at a stop or to a page that has just loaded: then it is opened again.
    if (!(await succeeds(input.fill(`>${title}`, { timeout: 2000 })))) continue;
    if (await succeeds(row.click({ timeout: 2000 }))) return;
  }
  throw new Error(`The palette has no command "${title}".`);
}

/** Adds a function breakpoint through the Breakpoints view, as a person types it. */
export async function addFunctionBreakpoint(page, name) {
  await runCommand(page, 'Add Function Breakpoint');
  const input = page.locator('.debug-breakpoints input.input').first();
  await input.waitFor();
  await input.fill(name);
  await page.keyboard.press('Enter');
  await page.locator('.debug-breakpoints .monaco-list-row', { hasText: name }).first().waitFor();
}

export const callStackRow = (page, text) =>
  page.locator('.debug-call-stack .monaco-list-row', { hasText: text }).first();
export const variableRow = (page, text) => page.locator('.debug-variables .monaco-list-row', { hasText: text }).first();

/** Opens a scope of the Variables view and waits for one of its variables. */
export async function expandScope(page, scope, variable) {
  const row = variableRow(page, scope);
  await row.waitFor();
  if ((await row.getAttribute('aria-expanded')) !== 'true') await row.locator('.monaco-tl-twistie').click();
  await variableRow(page, variable).waitFor();
}

/** Closes a scope of the Variables view, so that those below it come into sight. */
export async function collapseScope(page, scope) {
  const row = page.locator(`.debug-variables .monaco-list-row[aria-label="Scope ${scope}"]`);
  if ((await row.getAttribute('aria-expanded')) === 'true') await row.locator('.monaco-tl-twistie').click();
}

/** The document of the webview whose heading is this; it is two frames deep. */
export async function webviewWith(page, heading) {
  const frames = page.locator('iframe.webview');
  const inner = (index) => frames.nth(index).contentFrame().locator('iframe#active-frame').contentFrame();
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    for (let index = 0; index < (await frames.count()); index++) {
      const title = inner(index).locator('h1', { hasText: heading });
      if (await appears(title, 1000)) return inner(index);
    }
    await frames.first().waitFor();
  }
  throw new Error(`No webview with the heading "${heading}".`);
}
