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
ticket-fades = -# Discord lets this message stand still after 15 minutes: **Refresh** moves it on. The result comes in any case.
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
files-none-taken = *`{ $name }` ({ $size }) is left out: Discord takes no files here just now.*
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

## Jobs that expire

expiry-cancelled = It was still waiting after 15 minutes, when an answer would have come too late.

## What is ready for the bot, and what is missing

ready-permissions = I have every permission that I use in { $server }.
ready-permission-missing = In { $server } I lack the permission { $permission }. Invite me again with the link below: that adds what is missing and changes nothing else.
ready-permission-denied = { $permission } is denied to me in { $channels }. Allow it there, for my role, or leave it if I am not meant to answer there.
ready-channels-hidden = I cannot see { $channels }. If I am meant to answer there, allow my role View Channels.
ready-and-more = { $some } and { $more } more
ready-intent = The intent { $intent } is granted.
ready-intent-refused = The intent { $intent } is not granted, so Discord will refuse me. Switch it on in the developer portal (Bot, Privileged Gateway Intents), or take { $name } out of DISCORD_INTENTS.
ready-intent-unused = The portal grants the intent { $intent }, and I do not use it. Add { $name } to DISCORD_INTENTS if you want what needs it.
ready-key-derived = ENCRYPTION_KEY is empty, so secrets are sealed with a key derived from the bot's token. If you ever reset the token, put the old one into ENCRYPTION_KEY_OLD.
ready-no-owner = DISCORD_OWNER_IDS is empty. Once I am in more than one server, nobody may do what touches all of them; put your own id there.
ready-scope = I may have commands in { $server }.
ready-scope-missing = I may have no commands in { $server }: I am not in it, or was invited without the scope applications.commands. Invite me with the link below.
ready-queue = The queue is well.
ready-built-in = /chat is answered by the built-in responder; set CHAT_BASE_URL for a real model.
ready-server-unknown = DISCORD_GUILDS names the server { $server }, and I am not in it. Invite me with the link below, or correct the setting.
ready-servers-more = I looked at { $some } of { $all } servers; /setup check looks at the one it is used in.
ready-no-server = I am in no server yet. Invite me with the link below.
ready-not-told = Discord did not say more about this bot ({ $fault }); try again in a moment.
ready-invitation = The link that invites me with all that I need: { $link }

## Commands for setting the bot up

setup-title-well = All is ready
setup-title-missing = Something is missing
setup-link = Invite me with all that I need
setup-not-allowed = Only administrators of this server may do that.

## How a running bot is

health-none = No bot is running: nobody answers in { $place }.
health-silent = The bot (process { $process }) does not answer within { $seconds } seconds: its event loop is blocked. Restart it, and report what its log said last.
health-connected = Connected to Discord ({ $shards ->
    [one] 1 shard
   *[other] { $shards } shards
}).
health-disconnected = Not connected to Discord at the moment; it is tried again and again, and jobs go on.

## Commands that are queued tasks, and why one cannot go on

task-files-too-large = That is { $size } MiB of files; one command takes up to { $most } MiB. Send fewer or smaller ones.
task-file-unreadable = Discord did not hand over the file that came with your command, so nothing was started. Please try again.
task-file-gone = The file of the option “{ $option }” is not stored any more. Please ask again, with the file.
task-options-changed = This was asked of an earlier version of the command “{ $command }”, whose options were different ({ $options }). Please ask again.
task-no-answer = The command “{ $command }” ended without an answer that can be shown. Asking again would not help: tell an administrator.
task-answer-too-large = The files that “{ $command }” made are too large to be kept: { $size } MiB, where { $most } MiB fit. Ask for less.
task-discord-away = Discord did not answer when it was asked for what you chose for “{ $option }”.
task-server-left = I am not in this server any more, so I cannot do this here. Ask an administrator to invite me again.
task-needs-server = What you chose for “{ $option }” can only be found in a server. Please ask again there.
task-member-gone = Whom you chose for “{ $option }” is not in this server any more. Ask again with somebody who is.
task-user-gone = The account that you chose for “{ $option }” does not exist any more. Ask again with another one.
task-role-gone = The role that you chose for “{ $option }” does not exist any more. Ask again with another one.
task-channel-gone = The channel that you chose for “{ $option }” was deleted or changed, or I may not see it any more. Ask again with another one.
task-message-gone = The message that you chose was deleted, or I may not see it any more.

## Administration

admin-command = For administrators of this server
admin-only = Only administrators of this server may do that, so nothing was done.

## Webhooks

webhook-command = The program that is told how jobs end
webhook-command-set = Set it, with a new secret that is shown once.
webhook-command-url = Its address, beginning with https://
webhook-command-events = Which ends of jobs it is told of (all if omitted)
webhook-command-show = What is set, and what came of the last calls.
webhook-command-test = Call it now, with a job that never was.
webhook-command-remove = Tell it nothing more.
webhook-command-redeliver = Tell it of a finished job once more.
webhook-command-id = The job's id
webhook-url = The address of a webhook begins with https:// and has up to { $most } plain signs, no spaces and no #.
webhook-https = A webhook is only called over https://, so that nobody can read along.
webhook-credentials = The address of a webhook holds no name and no password; its receiver knows the bot by the signature.
webhook-inside = This address lies inside a private network, which webhooks may not reach.
webhook-method = A webhook is called by POST, PUT or PATCH.
webhook-timeout = A call of a webhook may take up to { $most } seconds.
webhook-secret = The secret of a webhook is whsec_ and 24 to 64 bytes in base64.
webhook-headers = A webhook takes up to { $most } headers of its own.
webhook-header-name = The header { $name } cannot be sent along with a webhook, or only the bot may write it.
webhook-header-value = The header { $name } of a webhook takes up to 4,096 plain signs on one line.
webhook-unsigned = A webhook needs a secret that signs it: give it one, or set WEBHOOK_SECRET.
webhook-silent = it did not answer within { $seconds } seconds
webhook-unreachable = it could not be reached ({ $error })
webhook-refused = it answered { $status }
webhook-gone = The webhook at { $host } answered that it is gone (410), so it was switched off. Jobs are not told to it any more. If it should be told again, use `/admin webhook set`.
webhook-given-up = The webhook at { $host } was not told of job { $job }: { $fault }. When it is well again, use `/admin webhook redeliver`.
webhook-none = This server has no webhook. `/admin webhook set` sets one.
webhook-set =
    The webhook at **{ $host }** is told when jobs of this server are { $events }. This is the secret that signs what it is told; copy it now, for it is never shown again:
    `{ $secret }`
    `/admin webhook test` tries it.
webhook-rotated = The secret before this one signs as well for a day, so you can change it at the receiver in peace.
webhook-removed = This server has no webhook any more. What it was still owed is not told.
webhook-shown = **{ $host }** is told when jobs of this server are { $events }. Set by <@{ $person }> { $when }.
webhook-off = **It was switched off:** { $why }. `/admin webhook set` switches it on again.
webhook-quiet = Nothing was told to a webhook yet.
webhook-line-heard = { $when } · { $host } · { $status } in { $ms } ms · try { $attempt } · job `{ $job }`
webhook-line-failed = { $when } · { $host } · **{ $fault }** after { $ms } ms · try { $attempt } · job `{ $job }`
webhook-test-heard = The webhook answered { $status } after { $ms } ms: it works.
webhook-test-failed = The webhook does not work: { $fault } (after { $ms } ms). Check its address, and that it answers 2xx.
webhook-redelivered = { $count ->
    [one] One webhook is told of this job once more. `/admin webhook show` says what came of it.
   *[other] { $count } webhooks are told of this job once more. `/admin webhook show` says what came of it.
}
webhook-nothing-to-redeliver = No webhook was told of this job, or it is being told right now.
webhook-job-unknown = This server has no job of this id (any more). `/admin webhook show` names the last ones.
