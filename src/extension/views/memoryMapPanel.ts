/** The memory map view: which address space it shows, and the way from a region to the other view. */
import type * as vscode from 'vscode';
import type { MemoryMapArguments, MemoryMapBody } from '../../adapter/viewProtocol';
import type { MemoryMapHostMessage, MemoryMapPageMessage } from '../../webview/messages';
import type { SessionFollower } from '../sessionFollower';
import { Panel } from './panel';

export class MemoryMapPanel extends Panel<MemoryMapBody, MemoryMapPageMessage, MemoryMapHostMessage> {
  constructor(extensionUri: vscode.Uri, sessions: SessionFollower, explain: (address: string) => void) {
    let space: string | undefined;
    super(extensionUri, sessions, {
      viewType: 'armvisor.memoryMap',
      title: 'Memory Map',
      page: 'memoryMap',
      command: 'armvisor/memoryMap',
      argumentsNow: (): MemoryMapArguments => ({ space }),
      bodyMessage: (body) => ({ type: 'memoryMap', body }),
      onMessage: (message) => {
        if (message.type === 'explainElsewhere') {
          explain(message.address);
          return;
        }
        space = message.space;
        void this.refresh();
      },
    });
  }
}
