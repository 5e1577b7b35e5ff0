/* SPDX-License-Identifier: MIT
 * Code under firmware/third-party includes <stdlib.h> and uses nothing of it.
 */
