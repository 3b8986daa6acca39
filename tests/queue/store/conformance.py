"""What every store promises: one suite, which the tests of each store inherit.

The heir gives the fixture `store`: an open store that reads the fixture `clock`.
"""

from tests.queue.store.promises.admission import AdmissionPromises
from tests.queue.store.promises.ageing import AgeingPromises
from tests.queue.store.promises.artifacts import ArtifactPromises
from tests.queue.store.promises.bounds import BoundsPromises
from tests.queue.store.promises.caching import CachingPromises
from tests.queue.store.promises.claiming import ClaimingPromises
from tests.queue.store.promises.controls import SteerPromises
from tests.queue.store.promises.figures import FigurePromises
from tests.queue.store.promises.inputs import InputPromises
from tests.queue.store.promises.keeping import KeepingPromises
from tests.queue.store.promises.looking import LookingPromises
from tests.queue.store.promises.outbox import HeldPromises, OutboxPromises, ToldAnewPromises
from tests.queue.store.promises.policy import PolicyPromises
from tests.queue.store.promises.records import RecordPromises
from tests.queue.store.promises.recovery import RecoveryPromises
from tests.queue.store.promises.runs import CancelPromises, RunPromises
from tests.queue.store.promises.sameness import SamenessPromises
from tests.queue.store.promises.slots import ParkedPromises, SlotPromises
from tests.queue.store.promises.texts import TextPromises
from tests.queue.store.promises.threads import ThreadPromises
from tests.queue.store.promises.turns import TurnPromises


class StoreConformance(
    AdmissionPromises,
    ClaimingPromises,
    SamenessPromises,
    CachingPromises,
    TurnPromises,
    SlotPromises,
    ParkedPromises,
    BoundsPromises,
    AgeingPromises,
    PolicyPromises,
    RunPromises,
    CancelPromises,
    ArtifactPromises,
    InputPromises,
    SteerPromises,
    RecoveryPromises,
    KeepingPromises,
    LookingPromises,
    FigurePromises,
    OutboxPromises,
    HeldPromises,
    ToldAnewPromises,
    RecordPromises,
    TextPromises,
    ThreadPromises,
):
    """All promises of `bot.queue.store.base.Store`."""
