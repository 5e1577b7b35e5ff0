/**
 * Entry point of the extension: registers what VS Code may call. Runs no machine and reads no guest memory: that is the
 * adapter's, in its worker.
 */
import * as vscode from 'vscode';
import { AdapterFactory } from './adapterFactory';
import { registerCommands } from './commands';
import { debugType } from './configurations';
import { DynamicConfigurations, LaunchConfigurations } from './configurationProvider';
import { SessionFollower } from './sessionFollower';
import { showPolicyProblems } from './policyProblems';
import { DisplayPanel } from './views/displayPanel';
import { MemoryMapPanel } from './views/memoryMapPanel';
import { PermissionsPanel } from './views/permissionsPanel';

/** Called when a debug session of our type is resolved, one of our commands is used, or a file of one of our languages is opened. */
export function activate(context: vscode.ExtensionContext): void {
  const sessions = new SessionFollower();
  const permissions = new PermissionsPanel(context.extensionUri, sessions);
  const memoryMap = new MemoryMapPanel(context.extensionUri, sessions, (address) => permissions.explain({ address }));
  const display = new DisplayPanel(context.extensionUri, sessions);
  const { Dynamic, Initial } = vscode.DebugConfigurationProviderTriggerKind;
  context.subscriptions.push(
    sessions,
    memoryMap,
    permissions,
    display,
    showPolicyProblems(),
    vscode.debug.registerDebugAdapterDescriptorFactory(debugType, new AdapterFactory(context.extensionPath)),
    vscode.debug.registerDebugAdapterTrackerFactory(debugType, sessions),
    vscode.debug.registerDebugConfigurationProvider(debugType, new LaunchConfigurations(), Initial),
    vscode.debug.registerDebugConfigurationProvider(debugType, new DynamicConfigurations(), Dynamic),
    ...registerCommands({ memoryMap, permissions, display }),
  );
}
