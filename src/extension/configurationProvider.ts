/** Answers VS Code's questions about launch configurations: what to offer, what F5 means, and whether one is right. */
import * as vscode from 'vscode';
import { resolveLaunch } from '../adapter/launchConfiguration/resolve';
import { resolveAttach } from '../adapter/launchConfiguration/resolveAttach';
import { UserError } from '../debugger/types';
import { debugType, readyConfigurations, twoDomains } from './configurations';

/** For the launch.json that VS Code writes, for F5 without one, and for the last check before a launch. */
export class LaunchConfigurations implements vscode.DebugConfigurationProvider {
  provideDebugConfigurations(): vscode.DebugConfiguration[] {
    return readyConfigurations.map((configuration) => ({ ...configuration }));
  }

  /** F5 without a launch.json arrives as an empty configuration: it starts two domains. */
  resolveDebugConfiguration(
    _folder: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration,
  ): vscode.DebugConfiguration {
    const isEmpty = !configuration.type && !configuration.request && !configuration.name;
    return isEmpty ? { ...twoDomains } : configuration;
  }

  /**
   * Checks a configuration once its variables are filled in, so that a mistake is told with a way to launch.json. The
   * adapter makes the same checks for its other clients.
   * @returns undefined to start nothing
   */
  async resolveDebugConfigurationWithSubstitutedVariables(
    folder: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration | undefined> {
    const withFolder = folder === undefined ? configuration : { cwd: folder.uri.fsPath, ...configuration };
    try {
      (configuration.request === 'attach' ? resolveAttach : resolveLaunch)(withFolder);
      return withFolder;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const open = 'Open launch.json';
      const choice = await vscode.window.showErrorMessage(
        `${configuration.name}: ${error.message}`,
        { modal: true },
        open,
      );
      if (choice === open) await vscode.commands.executeCommand('workbench.action.debug.configure');
      return undefined;
    }
  }
}

/** For "Select and Start Debugging", which needs no launch.json. */
export class DynamicConfigurations implements vscode.DebugConfigurationProvider {
  provideDebugConfigurations(): vscode.DebugConfiguration[] {
    return readyConfigurations.map((configuration) => ({ ...configuration, type: debugType }));
  }
}
