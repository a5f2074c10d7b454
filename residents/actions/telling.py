"""The live stream's word about proposals; the pages that hear it fetch what they may see."""

from datasharing.choices import Subject
from residents.models import Proposal
from residents.selectors.seals import sealed_for
from smartcommunity.kernel import live


def tell_owner(proposal: Proposal, area_path: str) -> None:
    """The owner department has something to decide, or no longer."""
    _tell(proposal, area_path, proposal.element.owner_kind)


def tell_proposer(proposal: Proposal, area_path: str) -> None:
    """The proposal is decided; the other officers of the owner's hear it as well."""
    _tell(proposal, area_path, proposal.department.kind, proposal.element.owner_kind)


def _tell(proposal: Proposal, area_path: str, *audience: str) -> None:
    about = proposal.subject_id if proposal.subject == Subject.RESIDENT else None
    live.publish(
        name="proposal",
        key=str(proposal.pk),
        area_path=area_path,
        audience=sealed_for(resident_id=about) or audience,
    )
