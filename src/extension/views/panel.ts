/**
 * What all views have in common: one panel, opened by a command, that asks the adapter for its body whenever the machine
 * stops, every second (or as the view says) while it runs, and never while nobody sees it. The page is thrown away when hidden and comes
 * back with what it saved.
 */
import * as vscode from 'vscode';
import type { SharedHostMessage, SharedPageMessage } from '../../webview/messages';
import type { SessionFollower } from '../sessionFollower';
import { pageHtml, pageRoot } from './pageHtml';

const refreshMilliseconds = 1000;

/** How one view differs from the other. `Body` is the answer of its request, `In` and `Out` its messages. */
export interface PanelDescription<Body, In, Out> {
  /** `viewType` of the panel, and of nothing else. */
  readonly viewType: string;
  readonly title: string;
  /** Name of the page's bundle and icons. */
  readonly page: string;
  /** The adapter's request. */
  readonly command: string;
  readonly argumentsNow: () => object;
  readonly bodyMessage: (body: Body) => Out;
  /** How often to ask while the machine runs. */
  readonly refreshMilliseconds?: number;
  /** A page has begun anew: it has nothing of what was sent before. */
  readonly onPageStart?: () => void;
  /** A message of the page beyond those that all pages have. */
  readonly onMessage: (message: Exclude<In, SharedPageMessage>) => void;
}

export class Panel<Body, In extends { readonly type: string }, Out> implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private timer: NodeJS.Timeout | undefined;
  private asking = false;
  private askAgain = false;
  private lastBody: Body | undefined;
  private readonly waiting: Out[] = [];
  private pageListens = false;
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly sessions: SessionFollower,
    private readonly description: PanelDescription<Body, In, Out>,
  ) {
    this.subscription = sessions.onDidChange(() => this.sessionChanged());
  }

  /** Opens the view beside the code, or brings it to the front. */
  open(): void {
    if (this.panel !== undefined) {
      this.panel.reveal(undefined, true);
      return;
    }
    const { viewType, title, page } = this.description;
    const where = { viewColumn: columnOfOtherView() ?? vscode.ViewColumn.Beside, preserveFocus: true };
    const panel = vscode.window.createWebviewPanel(viewType, title, where, {
      enableScripts: true,
      localResourceRoots: [pageRoot(this.extensionUri)],
    });
    this.panel = panel;
    const media = (theme: string) => vscode.Uri.joinPath(this.extensionUri, `media/${page}-${theme}.svg`);
    panel.iconPath = { light: media('light'), dark: media('dark') };
    panel.webview.onDidReceiveMessage((message: In) => this.receive(message));
    panel.onDidChangeViewState(() => this.visibilityChanged());
    panel.onDidDispose(() => this.closed());
    panel.webview.html = pageHtml(panel.webview, this.extensionUri, page, title);
  }

  /** Posts to the page, as soon as it listens. */
  post(message: Out): void {
    if (this.pageListens) void this.panel?.webview.postMessage(message);
    else this.waiting.push(message);
  }

  /** Asks the adapter; calls while an answer is on its way are joined into one more. */
  async refresh(): Promise<void> {
    if (this.asking) {
      this.askAgain = true;
      return;
    }
    if (this.panel?.visible !== true) return;
    this.asking = true;
    try {
      const body = await this.sessions.request<Body>(this.description.command, this.description.argumentsNow());
      if (body !== undefined) {
        this.lastBody = body;
        this.post(this.description.bodyMessage(body));
      }
    } catch (error) {
      // A session that has just ended cannot answer: its end is told as such, not as a failure.
      if (this.sessions.state.kind !== 'none') this.postShared({ type: 'failed', text: (error as Error).message });
    } finally {
      this.asking = false;
    }
    if (this.askAgain) {
      this.askAgain = false;
      await this.refresh();
    }
  }

  dispose(): void {
    this.subscription.dispose();
    this.panel?.dispose();
  }

  private receive(message: In): void {
    switch (message.type) {
      case 'ready':
        this.pageListens = true;
        this.description.onPageStart?.();
        this.setTimer(this.sessions.state.kind === 'running');
        this.postShared({ type: 'session', session: this.sessions.state });
        if (this.lastBody !== undefined) this.post(this.description.bodyMessage(this.lastBody));
        for (const late of this.waiting.splice(0)) this.post(late);
        void this.refresh();
        break;
      case 'refresh':
        void this.refresh();
        break;
      default:
        this.description.onMessage(message as Exclude<In, SharedPageMessage>);
    }
  }

  private sessionChanged(): void {
    const session = this.sessions.state;
    this.postShared({ type: 'session', session });
    this.setTimer(session.kind === 'running');
    if (session.kind !== 'none') void this.refresh();
  }

  private visibilityChanged(): void {
    const visible = this.panel?.visible === true;
    // Hidden pages are thrown away; the next one says `ready` again.
    if (!visible) this.pageListens = false;
    this.setTimer(visible && this.sessions.state.kind === 'running');
  }

  private setTimer(wanted: boolean): void {
    clearInterval(this.timer);
    const milliseconds = this.description.refreshMilliseconds ?? refreshMilliseconds;
    this.timer = wanted && this.panel !== undefined ? setInterval(() => void this.refresh(), milliseconds) : undefined;
  }

  private closed(): void {
    this.panel = undefined;
    this.pageListens = false;
    this.setTimer(false);
  }

  /** Both pages understand these; the type parameter cannot say so. */
  private postShared(message: SharedHostMessage): void {
    if (this.pageListens) void this.panel?.webview.postMessage(message);
  }
}

/** Our views share a column: beside the code, not each beside the other. */
function columnOfOtherView(): vscode.ViewColumn | undefined {
  const isOurs = ({ input }: vscode.Tab) =>
    input instanceof vscode.TabInputWebview && input.viewType.includes('armvisor.');
  return vscode.window.tabGroups.all.find(({ tabs }) => tabs.some(isOurs))?.viewColumn;
}
