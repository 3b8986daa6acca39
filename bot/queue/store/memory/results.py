"""Results that are kept for whoever asks the same, and the files of all jobs, in dictionaries."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.queue.job import Job
from bot.queue.reply import File


@dataclass(slots=True)
class _Kept:
    """A result that may be handed to others."""

    result: str
    until: float
    used_at: float
    job_id: str


@dataclass(slots=True)
class Results:
    """Results by their cache key, files by their job's id and their name."""

    _kept: dict[str, _Kept] = field(default_factory=dict)
    _files: dict[str, dict[str, File]] = field(default_factory=dict)

    def keep(self, job: Job, now: float) -> None:
        """The job is completed: others may have its result, if its kind allows it."""
        if job.cache_key is not None and job.cache_ttl_s:
            kept = _Kept(job.result or "", now + job.cache_ttl_s, now, job.id)
            self._kept[job.cache_key] = kept

    def good(self, cache_key: str, now: float) -> str | None:
        """A result that is still good; asking counts as using it."""
        kept = self._kept.get(cache_key)
        if kept is None or kept.until <= now:
            return None
        kept.used_at = now
        return kept.result

    def attach(self, job_id: str, files: Mapping[str, File]) -> int:
        """Keep these files with the job; how many it has then."""
        kept = self._files.setdefault(job_id, {})
        kept.update(files)
        return len(kept)

    def files(self, job_id: str) -> Mapping[str, File]:
        """The job's files by name."""
        return self._files.get(job_id, {})

    def files_of_result(self, cache_key: str | None) -> Mapping[str, File]:
        """The files that belong to a kept result."""
        kept = None if cache_key is None else self._kept.get(cache_key)
        return {} if kept is None else self.files(kept.job_id)

    def trim(self, most: int, now: float) -> None:
        """Forget what is not good any more, and all but so many that were used last."""
        good = [(key, kept) for key, kept in self._kept.items() if kept.until > now]
        good.sort(key=lambda one: (one[1].used_at, one[0]), reverse=True)
        self._kept = dict(good[:most])

    def forget(self, cache_key: str | None) -> None:
        """Hand out no more what is kept under this key."""
        if cache_key is not None:
            self._kept.pop(cache_key, None)

    def remove(self, job_id: str) -> None:
        """The job is gone, with its files and its result."""
        self._kept = {key: kept for key, kept in self._kept.items() if kept.job_id != job_id}
        self._files.pop(job_id, None)
