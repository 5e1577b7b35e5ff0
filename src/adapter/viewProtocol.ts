/**
 * Bodies of Armvisor's requests beyond DAP, for the memory map, the domain permissions and the display (docs/protocol.md).
 * Any DAP client may send them. Types only: the extension and the pages import them too.
 */

/** Arguments of `armvisor/memoryMap`. */
export interface MemoryMapArguments {
  /** `dom0`, `dom1` ..., or `xen`. Default: the domain that runs. */
  readonly space?: string;
}

/** A run of equally mapped pages. */
export interface MemoryRegion {
  /** Virtual, as 0x-prefixed hexadecimal, and a length in bytes. */
  readonly start: string;
  readonly byteLength: number;
  readonly physical: string;
  readonly pageBytes: number;
  readonly mmuDomain: number;
  /** AP bits, and what they mean under the DACR of virtual kernel and virtual user mode: "rw", "r", "-". */
  readonly ap: number;
  readonly access: { readonly hypervisor: string; readonly kernel: string; readonly user: string };
  readonly cacheable: boolean;
  readonly bufferable: boolean;
  /** Who owns the physical frames: "Xen", "Domain-0", "device tty0", "unknown" ... */
  readonly owner: string;
  /** Which area of the paper's Figure 2 it lies in. */
  readonly area: string;
}

/** A named area of Figure 2, mapped or not. */
export interface MemoryArea {
  readonly name: string;
  readonly start: string;
  readonly byteLength: number;
}

export interface MemoryMapBody {
  readonly space: string;
  readonly spaces: readonly { readonly id: string; readonly name: string; readonly running: boolean }[];
  readonly ttbr: string;
  readonly areas: readonly MemoryArea[];
  readonly regions: readonly MemoryRegion[];
  readonly instructionCount: number;
  /** Set when the map is not complete, in a sentence: more regions than a page can show. */
  readonly notice?: string;
  /** Set when the map cannot be read: why. */
  readonly unavailable?: string;
}

/** Arguments of `armvisor/permissions`. */
export interface PermissionsArguments {
  /** An address to explain: `0xC0008000`, `dom1:0xC0008000`. */
  readonly address?: string;
  readonly access?: 'read' | 'write' | 'fetch';
  /** As whom: hypervisor, kernel or user. */
  readonly as?: 'hypervisor' | 'kernel' | 'user';
}

/** One column of the matrix: the DACR that some code runs with. */
export interface PermissionColumn {
  readonly title: string;
  readonly domain?: string;
  readonly mode: 'hypervisor' | 'kernel' | 'user';
  readonly dacr: string;
  /** True when the CPU's DACR holds this value for this domain now. */
  readonly live: boolean;
  /** `live`: in the CPU now; `saved`: in the vdacr of a vCPU that waits; `assumed`: not in force, taken from Table 1. */
  readonly source: 'live' | 'saved' | 'assumed';
  /** The same in a sentence. */
  readonly origin: string;
  /** Sixteen entries, D0 first. */
  readonly fields: readonly PermissionField[];
}
export interface PermissionField {
  readonly value: 'no access' | 'client' | 'reserved' | 'manager';
  /** What Table 1 of the paper says for D0-D3; absent for the rest, and where the value was not observed. */
  readonly expected?: PermissionField['value'];
  readonly differs: boolean;
}

export interface PermissionsBody {
  readonly liveDacr: string;
  readonly mmuDomains: readonly { readonly number: number; readonly name: string }[];
  readonly columns: readonly PermissionColumn[];
  readonly walk?: {
    readonly address: string;
    readonly access: string;
    readonly as: string;
    /** One sentence a step, the verdict last. */
    readonly sentences: readonly string[];
    readonly allowed: boolean;
    readonly physical?: string;
  };
  /** Why the address could not be explained, in a sentence; instead of `walk`. */
  readonly walkProblem?: string;
  readonly instructionCount: number;
  /** Set when the matrix has no effect now, in a sentence: the MMU is off. */
  readonly notice?: string;
  readonly unavailable?: string;
}

/** Arguments of `armvisor/display`. */
export interface DisplayArguments {
  /** By display: the `version` that the client has already; its pixels are not sent again. */
  readonly have?: Readonly<Record<string, string>>;
}

export interface DisplayBody {
  readonly displays: readonly DisplayPicture[];
  readonly instructionCount: number;
  /** Set when there is nothing to show, in a sentence: the board has no display, or it is not switched on yet. */
  readonly unavailable?: string;
}

export interface DisplayPicture {
  /** Name of the device. */
  readonly instance: string;
  readonly width: number;
  readonly height: number;
  /** Equal for equal pictures. */
  readonly version: string;
  /** Base64 of rows from the top left, two bytes a pixel, little-endian; absent when the client has this version. */
  readonly rgb565?: string;
}

/** Arguments of `armvisor/input`: what a keyboard or a touch screen reports, as Linux's evdev numbers it. */
export interface InputArguments {
  readonly events: readonly InputReport[];
}
export interface InputReport {
  /** 0 synchronisation, 1 key or button, 3 absolute axis. */
  readonly type: number;
  readonly code: number;
  readonly value: number;
}
