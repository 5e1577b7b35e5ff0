/** The classes of attacks, in the order of ATTACKS in firmware/adversary/adversary.h; a test holds the two together. */
export const ATTACK_CLASSES = ['hypercalls', 'structures', 'multicalls'] as const;
