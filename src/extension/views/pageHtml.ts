/** The HTML around a page: a strict content security policy, two style sheets, one script. Pure but for the URIs. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** The folder that pages may load from, and nothing else. */
export function pageRoot(extensionUri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extensionUri, 'dist/webview');
}

/** @param name of the bundle: `name`.js and `name`.css in dist/webview */
export function pageHtml(webview: vscode.Webview, extensionUri: vscode.Uri, name: string, title: string): string {
  const nonce = randomBytes(16).toString('base64');
  const uri = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(pageRoot(extensionUri), file)).toString();
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<link rel="stylesheet" href="${uri('common.css')}">
<link rel="stylesheet" href="${uri(`${name}.css`)}">
</head>
<body><script nonce="${nonce}" src="${uri(`${name}.js`)}"></script></body>
</html>`;
}
