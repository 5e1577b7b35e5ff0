/** The domain permissions view: which address it explains. */
import type * as vscode from 'vscode';
import type { PermissionsArguments, PermissionsBody } from '../../adapter/viewProtocol';
import type { PermissionsHostMessage, PermissionsPageMessage } from '../../webview/messages';
import type { SessionFollower } from '../sessionFollower';
import { Panel } from './panel';

export class PermissionsPanel extends Panel<PermissionsBody, PermissionsPageMessage, PermissionsHostMessage> {
  constructor(extensionUri: vscode.Uri, sessions: SessionFollower) {
    let query: PermissionsArguments = {};
    super(extensionUri, sessions, {
      viewType: 'armvisor.permissions',
      title: 'Domain Permissions',
      page: 'permissions',
      command: 'armvisor/permissions',
      argumentsNow: () => query,
      bodyMessage: (body) => ({ type: 'permissions', body }),
      onMessage: (message) => {
        query = message.query;
        void this.refresh();
      },
    });
  }

  /** Opens the view with the walk for an address. */
  explain(query: PermissionsArguments): void {
    this.open();
    this.post({ type: 'explain', query });
  }
}
