### What people read, in English. The ids begin with their section's name.

## Questions put to the bot

chat-empty = There is nothing in your message to answer. Write a question and try again.

## Spans of time and sizes

span-moment = under 1 s
span-seconds = { $seconds } s
span-minutes = { $minutes } min
size-small = { $kib } KiB
size-large = { $mib } MiB

## Tickets

ticket-title = { $state ->
        [SCHEDULED] 🕒 Scheduled
        [PROCESSING] ⚙️ Working
        [CANCELLING] ⚙️ Cancelling
        [RETRYABLE] 🔁 Trying again
        [COMPLETED] ✅ Done
        [CANCELLED] 🚫 Cancelled
        [DISCARDED] ❌ Failed
       *[other] 🎟️ Queued
    } · { $kind }
ticket-footer = job { $id }
ticket-not-durable = *The queue's storage is away: this runs without it, and would be lost in a restart.*
ticket-ahead = **{ $ahead }** { $count ->
        [one] job is
       *[other] jobs are
    } ahead of yours.
ticket-ready-about = Ready about <t:{ $at }:R>.
ticket-scheduled = It runs <t:{ $at }:R>.
ticket-parked-shared = It waits for its turn of a limit that it shares with other jobs.
ticket-parked-own = It waits for your other jobs: one of them must end first.
ticket-parked-first-asker = It waits for other jobs of whoever asked for it first.
ticket-attempt-failed = Attempt { $attempt } of { $most }: { $error }
ticket-next-attempt = The next attempt starts <t:{ $at }:R>.
ticket-attempt = Attempt { $attempt } of { $most }.
ticket-started = Started <t:{ $at }:R>.
ticket-bar = `{ $bar }` { $percent } %
ticket-took = It ran for { $span }.
ticket-cancelled = It was cancelled.
ticket-nothing-more = Nothing more will come of it, unless you press **Retry**.
ticket-nothing-more-ever = Nothing more will come of it.
ticket-ask-again = You can simply ask again.
ticket-try-again = Press **Retry** to have it tried again, or simply ask again.
ticket-left = Cancelled by you. It goes on for others who asked for the same.
ticket-result-went = { $where ->
        [direct-message] Its result went to whoever asked, as a direct message.
        [channel] Its result was posted in the channel.
       *[kept] Its result could not be brought, so it is kept here.
    }
ticket-cancel = Cancel
ticket-refresh = Refresh
ticket-retry = Retry
ticket-show = Show
ticket-show-again = Show again

## Results

result-empty = *(The answer is empty.)*
result-as-file = *The whole answer is in the attached file.*
result-so-far = **This is as far as it came:**
result-refused = The job is done, but Discord refused to show its result. Please ask again in other words; if that does not help, tell an administrator the number below.
result-other-version = The result was made by another version of this bot and cannot be shown.
result-footer = -# job { $id }

## The queue at a glance

queue-title = The queue
queue-no-kinds = No kind of work is set up.
queue-worker = Worker
queue-working = 🟢 running
queue-stopped = 🔴 stopped
queue-completed = Completed
queue-failed = Failed
queue-yours = Yours
queue-yours-none = You have nothing in the queue.
queue-line = **{ $name }** · { $waiting } waiting · { $running } of { $slots } running
queue-typical-wait = typical wait { $span }
queue-own-running = running
queue-own-parked = waits for its turn
queue-own-next = next
queue-own-ahead = { $ahead } ahead
queue-own-at = <t:{ $at }:R>

## Promises

promise-unacknowledged = Its command was never acknowledged.

## Files

files-left-out = *`{ $name }` has { $size }, more than the { $limit } that can be sent here, so it is left out.*
files-more-left-out = *{ $count ->
        [one] One more file is
       *[other] { $count } more files are
    } left out, too.*

## Pings

ping-mention = <@{ $user }> Your { $kind } { $state ->
        [COMPLETED] is ready.
       *[DISCARDED] has failed.
    }
ping-direct = Your { $kind } { $state ->
        [COMPLETED] is ready
       *[DISCARDED] has failed
    }: { $where }

## Presses on tickets' buttons

press-not-in-vain = { $state ->
        [COMPLETED] This job has its result; there is nothing to try again.
       *[other] This job is under way already.
    }
press-retried = Retried by { $by }.
press-private = This was asked in private: only who asked may see the result.
press-unfinished = This job is not finished yet, so there is nothing to show. Its result will come by itself.

## Administration

admin-only = Only administrators of this server may do that, so nothing was done.
