"""Errors of datasharing: the kernel's tree, with these codes.

Conflict  chain_broken   the access log's chain does not verify
"""

from smartcommunity.kernel.errors import Conflict


class ChainBroken(Conflict):
    """A record of the access log was changed, removed or put in afterwards."""

    code = "chain_broken"
