/** The display view: asks only for pictures that its page does not have, passes on keys and touches, saves a picture. */
import * as vscode from 'vscode';
import type { DisplayArguments, DisplayBody, InputArguments } from '../../adapter/viewProtocol';
import type { DisplayHostMessage, DisplayPageMessage } from '../../webview/messages';
import type { SessionFollower } from '../sessionFollower';
import { Panel } from './panel';

/** Ten pictures a second: a console scrolls readably, and the machine keeps its time for itself. */
const refreshMilliseconds = 100;

export class DisplayPanel extends Panel<DisplayBody, DisplayPageMessage, DisplayHostMessage> {
  constructor(extensionUri: vscode.Uri, sessions: SessionFollower) {
    let have: Record<string, string> = {};
    super(extensionUri, sessions, {
      viewType: 'armvisor.display',
      title: 'Display',
      page: 'display',
      command: 'armvisor/display',
      refreshMilliseconds,
      argumentsNow: (): DisplayArguments => ({ have }),
      bodyMessage: (body) => {
        have = Object.fromEntries(body.displays.map(({ instance, version }) => [instance, version]));
        return { type: 'display', body };
      },
      onPageStart: () => (have = {}),
      onMessage: (message) => {
        if (message.type === 'save') void save(message.name, message.png);
        else void this.input(sessions, { events: message.events });
      },
    });
  }

  private async input(sessions: SessionFollower, events: InputArguments): Promise<void> {
    try {
      await sessions.request('armvisor/input', events);
    } catch (error) {
      this.post({ type: 'refused', text: (error as Error).message });
    }
  }
}

async function save(name: string, png: string): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = await vscode.window.showSaveDialog({
    title: 'Save the Display as a Picture',
    filters: { 'PNG pictures': ['png'] },
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, `${name}.png`) }),
  });
  if (target !== undefined) await vscode.workspace.fs.writeFile(target, Buffer.from(png, 'base64'));
}
