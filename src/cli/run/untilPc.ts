/** `--until-pc`: an address (in any address space, or in the one its prefix names) or a symbol of an image. */
import { nearest } from '../../adapter/launchConfiguration/spelling';
import { parseReference, type PlacedAddress } from '../../adapter/memoryReferences';
import { parseAddress } from '../../adapter/launchConfiguration/values';
import { UserError, type DebugEngine, type LaunchSettings } from '../../debugger/types';
import type { AddressSpace } from '../../hypervisor/types';
import type { ImageFace } from '../../image/face';

const XEN: AddressSpace = { kind: 'xen' };

function spacesOf(settings: LaunchSettings): AddressSpace[] {
  return [XEN, ...[...settings.domains.keys()].map((domainId) => ({ kind: 'domain', domainId }) as const)];
}

/** The address spaces in which an image's addresses are meant. */
function spacesOfImage(image: ImageFace, settings: LaunchSettings): AddressSpace[] {
  const domains = [...settings.domains.entries()].filter(([, { kernel, symbols }]) =>
    [kernel, symbols].includes(image.name),
  );
  return domains.length === 0 ? [XEN] : domains.map(([domainId]) => ({ kind: 'domain', domainId }));
}

/**
 * Every place that is meant.
 * @throws UserError when no image has the symbol
 */
export function placesOf(
  engine: DebugEngine,
  settings: LaunchSettings,
  text: string,
  option = '--until-pc',
): PlacedAddress[] {
  const address = parseAddress(text);
  if (address !== undefined) return spacesOf(settings).map((space) => ({ space, address }));
  if (text.includes(':')) return [parseReference(text, XEN)];
  const places = engine.images.flatMap((image) => {
    const symbol = image.symbol(text);
    return symbol ? spacesOfImage(image, settings).map((space) => ({ space, address: symbol.address })) : [];
  });
  if (places.length > 0) return places;
  const meant = nearest(text, new Set(engine.images.flatMap((image) => image.symbols().map(({ name }) => name))));
  throw new UserError(
    `${option} is "${text}", which no image has as a symbol${meant ? `; did you mean "${meant}"?` : ': give an address like 0xC0008000, or another symbol.'}`,
  );
}
