/** The commands of the palette and the toolbars. What they are called and when they show is in package.json. */
import * as vscode from 'vscode';
import { twoDomains } from './configurations';
import type { DisplayPanel } from './views/displayPanel';
import type { MemoryMapPanel } from './views/memoryMapPanel';
import type { PermissionsPanel } from './views/permissionsPanel';

/** Registers every command of package.json's `contributes.commands`. */
export function registerCommands(views: {
  readonly memoryMap: MemoryMapPanel;
  readonly permissions: PermissionsPanel;
  readonly display: DisplayPanel;
}): vscode.Disposable[] {
  const commands: Readonly<Record<string, () => unknown>> = {
    'armvisor.showMemoryMap': () => views.memoryMap.open(),
    'armvisor.showPermissions': () => views.permissions.open(),
    'armvisor.showDisplay': () => views.display.open(),
    'armvisor.explainAddress': () => explainAddress(views.permissions),
    'armvisor.debugTwoDomains': () => vscode.debug.startDebugging(firstFolder(), { ...twoDomains }),
  };
  return Object.entries(commands).map(([id, run]) => vscode.commands.registerCommand(id, run));
}

function firstFolder(): vscode.WorkspaceFolder | undefined {
  return vscode.workspace.workspaceFolders?.[0];
}

async function explainAddress(permissions: PermissionsPanel): Promise<void> {
  const address = await vscode.window.showInputBox({
    title: 'Explain the access to an address',
    prompt: 'A virtual address, with its address space before it if it is not the one that runs',
    placeHolder: 'dom1:0xC0008000',
    validateInput: (text) => (text.trim() === '' ? 'Type an address, such as 0xC0008000.' : undefined),
  });
  if (address !== undefined) permissions.explain({ address: address.trim() });
}
