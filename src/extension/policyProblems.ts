/** What is wrong with a policy file, as its compiler says it: shown in the editor when the file is opened and saved. */
import * as vscode from 'vscode';
import { compilePolicyText } from '../debugger/loading/policy';
import { placedSentence } from '../debugger/loading/placedSentence';

const LANGUAGE = 'armvisor-policy';

/** Called once, when the extension is activated. */
export function showPolicyProblems(): vscode.Disposable {
  const problems = vscode.languages.createDiagnosticCollection(LANGUAGE);
  const check = async (document: vscode.TextDocument): Promise<void> => {
    if (document.languageId === LANGUAGE) problems.set(document.uri, await problemsOf(document));
  };
  vscode.workspace.textDocuments.forEach((document) => void check(document));
  return vscode.Disposable.from(
    problems,
    vscode.workspace.onDidOpenTextDocument((document) => void check(document)),
    vscode.workspace.onDidSaveTextDocument((document) => void check(document)),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      problems.delete(uri);
    }),
  );
}

async function problemsOf(document: vscode.TextDocument): Promise<vscode.Diagnostic[]> {
  const { Error: mistake, Warning: warning } = vscode.DiagnosticSeverity;
  const readFile = (file: string): Promise<Uint8Array> =>
    Promise.resolve(vscode.workspace.fs.readFile(document.uri.with({ path: file })));
  try {
    const { warnings } = await compilePolicyText(document.uri.path, document.getText(), { readFile });
    return warnings.map((text) => diagnostic(document, text, warning));
  } catch (error) {
    return [diagnostic(document, error instanceof Error ? error.message : String(error), mistake)];
  }
}

function diagnostic(
  document: vscode.TextDocument,
  text: string,
  severity: vscode.DiagnosticSeverity,
): vscode.Diagnostic {
  const { line, column, sentence } = placedSentence(text);
  const at = new vscode.Position(line - 1, column - 1);
  const range = document.getWordRangeAtPosition(at) ?? new vscode.Range(at, at.translate(0, 1));
  const found = new vscode.Diagnostic(range, sentence, severity);
  found.source = 'armvisor';
  return found;
}
