### What people read, in English. The ids begin with their section's name.

## Commands, as Discord lists them

command-chat = Ask a question; the answer comes here.
command-chat-msg = What you want to know
command-chat-model = The model to ask (the server's default if omitted)
command-chat-private = Show the answer only to you
command-chat-attachment = A text file or a picture that your question is about
command-chat-fresh = Begin anew: without what was said before, and without answers that are kept
command-queue = The line of waiting jobs
command-queue-status = How long the line is, and where you are in it.
command-my-tasks = What you asked for: look at it, cancel it, or have it tried again.
command-cancel-task = Cancel something that you asked for.
command-cancel-task-id = Which one: type its id, its kind, or what you asked
command-job = What became of things that were asked for
command-job-show = One job: how far it is, its result, where that went, and what went wrong.
command-job-show-id = Which one: type its id, its kind, or what you asked
command-notify = How you want to hear that something which took long is done.
command-notify-mode = none: not at all; mention: where you asked; dm: in a direct message. Omit it to see your choice

command-image = Have a picture drawn, or changed; it comes here.
command-image-prompt = What it should show, or what should be changed
command-image-source = A picture to change: PNG, JPEG, WebP, GIF or BMP that does not move
command-image-size = Its width and height in pixels
command-image-count = How many pictures, 1 to 4
command-image-seed = The same number gives the same picture again (another one each time if omitted)
command-image-private = Show the pictures only to you, as spoilers

## Questions put to the bot

chat-empty = There is nothing in your message to answer. Write a question and try again.
chat-unreadable = I cannot read a reply that does not mention me. Leave the mention in your reply switched on, or write my name into it, and try again.
chat-again = Regenerate
chat-more = Continue
chat-delete = Delete
chat-delete-ask = [This answer]({ $link }) was given to { $owner }. Delete all of it?
chat-delete-there = You see this copy alone. Press **Delete** below the answer itself, where it was posted.
chat-deleted-copy = This answer is forgotten, but only your copy is gone. To remove the answer itself, press **Delete** below it, where it was posted.
chat-deleted = The answer was deleted.
chat-go-on = Go on where you stopped.
chat-cut-short = This answer was cut short at its greatest length. **Continue** brings more of it.
chat-only-files = See what is attached.
chat-files-too-many = One question takes up to { $most } files. Leave some out and ask again.
chat-files-gone = The files of this question are not stored any more. Please ask again, with the files.
chat-file-unknown = “{ $name }” is neither a text nor a picture (PNG, JPEG, WebP or GIF), so nothing was asked. Send its text, or a picture of it.
chat-file-empty = “{ $name }” is empty, so nothing was asked. Send it with something in it.
chat-file-broken = “{ $name }” is a picture that cannot be opened, so nothing was asked. Save it anew and try again.
chat-file-pixels = “{ $name }” has more than { $most } million pixels, so nothing was asked. Make it smaller and try again.
chat-pictures-refused = It may be that this model takes no pictures: ask without them, or choose another model.

chat-quota = The { $most } tokens of today have no room left here for this question ({ $taken } are taken), so it was not queued. They begin anew <t:{ $at }:R>.
chat-rests = The chat provider keeps failing, so it is left alone for { $seconds ->
        [0] a moment
        [one] one second
       *[other] { $seconds } seconds
    }, then asked again. Questions wait meanwhile and lose nothing.
chat-waits = waiting for the chat provider, which keeps failing
chat-waits-turn = waiting for the answer to your question before this one

chat-prompt-none = The model is told nothing before the questions of this server. Give a `text` to change that.
chat-prompt-reset = From now on the model is told nothing before the questions of this server.
chat-prompt-title = What the model is told before each question
chat-prompt-set = From now on the model is told this before each question
chat-prompt-how = The option text changes it; the text “reset” takes it away.

## Pictures

image-empty = There is nothing in your prompt to draw. Write what the picture should show, and try again.
image-source-unfit = { $flaw ->
        [moves] Your file moves. Give a picture that stands still: PNG, JPEG, WebP, GIF or BMP.
        [too-many-pixels] Your picture has too many pixels: { $most } million fit. Make it smaller and try again.
        [broken] Your picture cannot be read to its end: it seems to be damaged. Save it anew and try again.
       *[unknown] Your file is no picture that can be read here, whatever it is called. Give a PNG, JPEG, WebP, GIF or BMP.
    } Nothing was drawn.
image-source-gone = The picture that this was to be made from is not stored any more. Use `/image` with it once more.
image-stage = { $built_in ->
        [yes] drawing
       *[no] the provider draws
    } { $of ->
        [one] the picture
       *[other] picture { $number } of { $of }
    }
image-rests = The image provider keeps failing, so it is left alone for { $seconds ->
        [0] a moment
        [one] one second
       *[other] { $seconds } seconds
    }, then asked again. Pictures wait meanwhile and lose nothing.
image-waits = waiting for the image provider, which keeps failing
image-about = -# { $size } · seed { $seeds } · { $model }
image-built-in = -# Drawn by the built-in renderer: no model, only shapes made from your words. For real pictures the bot's owner sets `IMAGE_BASE_URL` to any OpenAI-compatible server.
image-partial = { $count ->
        [one] One picture
       *[other] { $count } pictures
    } of { $of }.
image-again = Again
image-vary = Vary{ $number ->
        [0] { "" }
       *[other] { " " }{ $number }
    }
image-edit = Edit…
image-form = Change the picture
image-form-prompt = What to change, or what it should show
image-form-which = Which picture, 1 to { $count }
image-form-no-such = There are only { $count } pictures. Press **Edit…** again and give the number of one of them.

## Spans of time and sizes

span-moment = under 1 s
span-seconds = { $seconds } s
span-minutes = { $minutes } min
span-hours = { $hours } h
span-days = { $days ->
        [one] { $days } day
       *[other] { $days } days
    }
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
ticket-try-again = **Retry** asks for the same once more; to change something, simply ask again.
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
queue-notices = Not as usual
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

files-gone = *`{ $name }` is not there any more. Ask for it once more.*
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
press-no-room = Whoever asked for it has { $limit } unfinished jobs, which is the most one person may have. Try again when one of them has ended.
press-retried = Retried by { $by }.
press-private = This was asked in private: only who asked may see the result.
press-unfinished = This job is not finished yet, so there is nothing to show. Its result will come by itself.

## Administration

admin-only = Only administrators of this server may do that, so nothing was done.

## What went wrong

failure-unexpected = Something went wrong on my side. If no answer comes here, please try again; if it happens again, tell an administrator the reference below.
failure-store-away = The database could not be used, so nothing was done. Please try again in a moment; if that does not help, tell an administrator: the database needs a look.
failure-commit-unknown = The database did not confirm this, so it may not have been done. If no answer comes here, please try again.
failure-store-newer = The database was written by a newer version of this bot, so nothing was done. Tell an administrator: the bot needs to be updated.
failure-no-job = There is no such job here; finished ones are kept only for a while. Look it up once more, or ask again.
failure-state = This job is { $state } now, so that cannot be done with it any more. Look at it once more.
failure-queue-full = The queue is full: { $size } jobs are waiting. Please try again later.
failure-your-limit = You have { $limit } unfinished jobs, which is the most one person may have. Wait for one to finish or cancel one.
failure-kind-unknown = This version of the bot does not know this kind of work, so nothing was done. Tell an administrator the reference below.
failure-not-in-hand = This was taken over by another run meanwhile, so it does not count. If no answer comes, please try again.
failure-seal = What belongs to this was sealed with another key and cannot be opened. Tell an administrator: the setting ENCRYPTION_KEY_OLD needs the former key.
failure-stale = This is from an older version of the bot, which is not known any more; nothing was done. Please use the command again.
failure-not-yours = This is for whoever used the command. Use it yourself to get your own.
failure-discord-refused = Discord did not take what I sent. Please try again; if it happens again, tell an administrator the reference below.
failure-discord-busy = Discord is too busy to do this just now. Please try again in a minute.
failure-discord-forbidden = Discord does not let me do this here. Ask an administrator to look at my permissions with `/setup check`.
failure-too-large = This is too large to be sent here. Please ask for less.
failure-too-slow = This took too long, so I stopped waiting. Please look whether it was done before you try again.
failure-not-allowed = You may not use this here, so nothing was done. An administrator of this server can change that in its settings under Integrations.
failure-only-in-servers = This works only in a server. Please use it there.
failure-role = This needs a role that you do not have, so nothing was done. Ask an administrator of this server for it.
failure-permissions = This needs permissions that you do not have ({ $names }), so nothing was done. Ask an administrator of this server.
failure-bot-permissions = I lack permissions for this here: { $names }. Ask an administrator of this server to give them to me.
failure-cooldown = This was used very often just now. Please try again in { $seconds ->
        [one] one second
       *[other] { $seconds } seconds
    }.
failure-command-unknown = This command is from an older version of the bot and is gone; nothing was done. Restart Discord to see the commands that there are now.
failure-command-changed = This command has changed since Discord showed it to you; nothing was done. Restart Discord and use it again.
failure-value = “{ $value }” is not something that this option takes, so nothing was done. Please choose from what is offered, or correct it.
failure-reference = -# Reference `{ $id }`
failure-choices = I cannot list the choices just now. Type the whole text, or try again in a moment.

## What may be done to jobs, and why not

command-at = When it should run: "in 2h", "18:30" (UTC, or name the zone: "18:30 CET"), "2026-12-24 18:00" (at once)
at-unknown = "{ $typed }" is no moment that can be read here. Write for example "in 2h", "18:30", "tomorrow 9am" or "2026-12-24 18:00"; without a zone it is UTC.
at-past = That was <t:{ $at }:F>, which has passed. Choose a moment to come, or leave `at` out to run it now.
at-too-far = That is <t:{ $at }:F>. A job can wait for a year at most.
job-no-id = That is no job's id. Choose one from the list that appears while you type, or copy the id from the foot of its ticket.
job-unknown = This job is not known any more: finished jobs are kept only for a while, deleted ones not at all, and one that ran without the queue's storage is lost in a restart.
job-not-yours = Only who started this job or an administrator may do that.
job-ended-already = This job is { $state ->
        [COMPLETED] completed
        [CANCELLED] cancelled
       *[DISCARDED] given up
    } already.
job-just-ended = This job has just ended; nothing is left to cancel.
job-cancelled-by-you = Cancelled by you.
job-cancelled-by = Cancelled by { job-administrator }.
job-administrator = { $name } (administrator)

## Lists of jobs

list-title = Your tasks
list-empty = You have not asked for anything that is still kept. Try `/chat`.
list-choose = Choose one to look at it
list-newer = Newer
list-older = Older
list-refresh = Refresh
list-private = asked in private
list-about = { " " }· { $about }
list-icon = { $state ->
        [SCHEDULED] 🕒
        [PROCESSING] ⚙️
        [RETRYABLE] 🔁
        [COMPLETED] ✅
        [CANCELLED] 🚫
        [DISCARDED] ❌
       *[other] 🎟️
    }
list-choice = { list-icon } { $kind }{ $about } · { $age }
list-line = { list-icon } **{ $kind }**{ $about } · <t:{ $at }:R>

## One job

detail-asked = Asked
detail-about = About it
detail-asked-at = Asked <t:{ $at }:R>
detail-asked-by = By <@{ $user }>
detail-private = In private: what it is about, and what came of it, only who asked may see.
detail-attempts = Attempts: { $attempt } of { $most }
detail-losses = { $count ->
        [one] Its worker was lost once.
       *[other] Its worker was lost { $count } times.
    }
detail-ended-at = Ended <t:{ $at }:R>
detail-went = Where it went
detail-went-of = <@{ $user }>: { $place }
detail-went-to = { $place ->
        [ticket] Shown in its ticket.
        [channel] Posted in the channel.
        [direct-message] Sent as a direct message.
       *[kept] It could not be brought, so it is kept here.
    }
detail-went-not-yet = Not yet.
detail-went-left = No longer wanted.
detail-went-unseen = Told to nobody, for its command failed; it is kept here.
detail-went-nowhere = It could not be brought ({ $reason }).
detail-errors = What went wrong
detail-error = Attempt { $attempt }, <t:{ $at }:R>: { $error }
detail-log = The end of its log
detail-back = Back to the list

## How people hear of it

notify-is = { $mode ->
        [none] You are not told when something that took long is done.
        [dm] You are told by a direct message when something that took long is done.
       *[mention] You are mentioned where you asked when something that took long is done.
    } Choose another `mode` to change that.
notify-chosen = { $mode ->
        [none] From now on you are not told when something that took long is done.
        [dm] From now on you get a direct message when something that took long is done.
       *[mention] From now on you are mentioned where you asked when something that took long is done.
    }

## Administrators: the queue and its jobs

admin-owners-only = This touches the jobs of every server that I am in, so it needs somebody whose id stands in my setting DISCORD_OWNER_IDS. Nothing was done.
admin-servers-unknown = I am just starting and do not know yet of all servers that I am in; this could touch their jobs, so nothing was done. Please try again in a moment.
admin-no-queue = There is no such queue, so nothing was done. I know: { $known }.
admin-no-kind = There is no such kind of work. I know: { $known }.
admin-not-here = This person is not in this server, so nothing was done.
admin-nothing = –
admin-all-queues = all queues
admin-queue-title = The queue, for administrators
admin-paused = Paused
admin-health = Health
admin-health-level = { $level ->
        [HEALTHY] 🟢 All is well.
        [DEGRADED] 🟡 Not all is well.
       *[CRITICAL] 🔴 Something must be done.
    }
admin-metrics-title = Metrics · { $queue }
admin-metrics-moment = Now
admin-metrics-now = People with unfinished jobs: { $people } · oldest ready job: { $oldest } · memory: { $memory }
admin-metrics-hour = The last hour
admin-metrics-recent = Completed a minute: { $perminute }
    Waited: { $wait }
    Ran: { $ran }
    Ended: { $ended } · given up: { $errors } · cancelled: { $cancelled } · answered from the cache: { $hits }
admin-metrics-spread = half: { $half }, 95 %: { $most }
admin-metrics-kinds = By kind
admin-metrics-kind = **{ $kind }** · { $ended } ended · { $ran } · given up: { $errors }
admin-metrics-priorities = By priority
admin-people-title = People with unfinished jobs, and who asked today
admin-people-none = Nobody in this server has unfinished jobs, or asked anything today.
admin-people-more = … and { $count } more
admin-person = <@{ $user }> · { $waiting } waiting · { $running } running · weight { $weight } · { $tokens } tokens today
admin-paused-all = All queues are paused: what runs goes on, nothing new starts until you use `/admin queue resume`.
admin-paused-one = The queue { $queue } is paused: what runs goes on, nothing new starts until you use `/admin queue resume`.
admin-resumed-all = All queues go on.
admin-resumed-one = The queue { $queue } goes on.
admin-cleanup-ask = { $count ->
        [one] One finished job
       *[other] { $count } finished jobs
    } of this server ended more than { $hours } h ago ({ $queue }). Removing them cannot be undone: their results can no longer be shown.
admin-cleanup-none = No finished job of this server ended more than { $hours } h ago ({ $queue }), so there is nothing to remove.
admin-cleanup-done = { $count ->
        [one] One job was
       *[other] { $count } jobs were
    } removed.
admin-cancel-ask = Cancel { $kind } `{ $id }` of { $owner }? Everybody who waits for it is told that it was cancelled.
admin-nobody = nobody
admin-cancelled = `{ $id }` { $at_once ->
        [yes] is cancelled.
       *[no] is being cancelled: it stops within seconds.
    }
admin-retried = `{ $id }` runs again; whoever waited for it is told anew.
admin-prioritised = `{ $id }` has { $priority } priority now.
admin-weighed = <@{ $user }> has { $weight ->
        [one] one turn
       *[other] { $weight } turns
    } for every one of others now.
admin-kept = Nothing was changed.
admin-confirm = Confirm
admin-keep = Keep
admin-reason = Reason
admin-jobs-title = Jobs of this server
admin-jobs-none = There are none like that.
admin-jobs-filter = state: { $state } · type: { $kind } · person: { $user }
admin-jobs-line = { list-icon } **{ $kind }**{ $user } · <t:{ $at }:R>{ $about }
    -# `{ $id }`

## Administrators: who did what, and what failed

audit-title = Who did what
audit-none = No administrator has done anything here yet.
audit-newest = Newest
audit-line = <t:{ $at }:R> · <@{ $user }> { $deed ->
        [CANCELLED] cancelled { $on }
        [RETRIED] retried { $on }
        [DELETED] deleted the answer of { $on }
        [PRIORITISED] gave { $on } { $what } priority
        [WEIGHED] gave <@{ $on }> a weight of { $what }
        [PAUSED] paused { $on }
        [RESUMED] resumed { $on }
        [CLEANED] removed finished jobs that had ended more than { $what } ago: { $on }
        [WEBHOOK_SET] set the webhook to { $on } ({ $what })
        [WEBHOOK_REMOVED] removed the webhook
        [PROMPT_SET] told the model first: “{ $what }”
        [PROMPT_RESET] let the model be told nothing first
        [REDELIVERED] had the webhooks of { $on } told once more
        [BULK_ROLE] confirmed: { $what }

        [UNKNOWN] did something that this version of the bot does not know: { $on }
       *[ALERTS] chose where alerts go: { $what }
    }{ $why }
error-title = { $error }
error-about = <t:{ $at }:F> · <@{ $user }> · { $where }
error-what = What was used
error-in-private = { $where } in a private message
error-job = Job
error-list = What failed last
error-none = Nothing has failed here that I still know of.
error-line = `{ $id }` · <t:{ $at }:R> · <@{ $user }> · { $where } · { $error }
error-unknown = I know of no failure with this reference in this server. The log of the bot may still have it.

## A role for many members

bulk-role-title = { $action ->
        [add] add { $role } to
       *[remove] remove { $role } from
    } { $count ->
        [one] one member
       *[other] { $count } members
    }
bulk-role-ask = **{ $action ->
        [add] Give { $role } to
       *[remove] Take { $role } from
    } { $count ->
        [one] one member
       *[other] { $count } members
    }**, out of { $whom }?
bulk-role-whom-all = **everybody in this server** but bots
bulk-role-whom-having = those who hold { $role }
bulk-role-whom-file = those whom your file names
bulk-role-whom-both = { bulk-role-whom-file } and who hold { $role }
bulk-role-names-more = { $names } … and { $more ->
        [one] one more
       *[other] { $more } more
    }
bulk-role-already = { $count ->
        [one] One more { $action ->
            [add] has it already
           *[remove] does not have it
        }
       *[other] { $count } more { $action ->
            [add] have it already
           *[remove] do not have it
        }
    }.
bulk-role-absent = { $count ->
        [one] One that the file names is
       *[other] { $count } that the file names are
    } not in this server.
bulk-role-repeated = { $count ->
        [one] One line names somebody
       *[other] { $count } lines name people
    } a second time.
bulk-role-nonsense = { $count ->
        [one] One line of the file is
       *[other] { $count } lines of the file are
    } no id and no mention, so nobody is changed for { $count ->
        [one] it
       *[other] them
    }:
bulk-role-nonsense-line = • line { $number }: { $line }
bulk-role-at = It begins <t:{ $at }:F> (<t:{ $at }:R>); what is in its way then is looked at again.
bulk-role-takes = Discord lets about one change pass in a second: it will be done about <t:{ $at }:R>.
bulk-role-seen = Everybody in this channel sees its ticket and its result.
bulk-role-nobody = There is nobody to change: { $action ->
        [add] nobody of those you chose lacks the role.
       *[remove] nobody of those you chose holds the role.
    }
bulk-role-file-empty = Your file names nobody, so there is nobody to change. Put an id or a mention of one member into each line.
bulk-role-hindered = **This cannot be done**, and nothing was changed:
bulk-role-everyone = @everyone is held by all members and can be neither given nor taken.
bulk-role-managed = { $role } belongs to an app, a subscription or Discord itself: nobody can give or take it by hand.
bulk-role-no-permission = I lack the permission Manage Roles. Allow it for my role in the server's settings.
bulk-role-above-me = { $role } is not below my highest role ({ $mine }). Move my role above it in the server's settings.
bulk-role-above-asker = { $role } is not below your own highest role, so you may not give or take it, and I do not do it for you. Ask somebody whose role is higher.
bulk-role-asker-left = Whoever asked for this is not in this server any more.
bulk-role-gone = The role does not exist any more.
bulk-role-file-gone = The list of whom to change is not kept any more. Please use the command again.
bulk-role-no-intent = Discord does not let me list this server's members. The owner of the bot can change that: grant *Server Members Intent* in the developer portal, set `DISCORD_INTENTS=members`, and start me again. Without it, give a `members_file`.
bulk-role-cannot-look = Discord did not tell me who is in this server, so nothing was changed. Please try again in a minute.
bulk-role-too-many = That is about { $count } people, and I change at most { $most } at once. Choose fewer with `having` or `members_file`.
bulk-role-file-too-large = The file is larger than { $most } MiB, so nothing was changed. Divide it into several.
bulk-role-no-plan = That was confirmed or dropped already, or I asked more than a day ago; nothing else happens. `/my_tasks` shows what is under way; use the command again for more.
bulk-role-stage = { $action ->
        [add] giving the role
       *[remove] taking the role
    }
bulk-role-progress = { $at } of { $total } · { $done } changed{ $rest }{ $ready }
bulk-role-skipped = { $count } skipped
bulk-role-failed = { $count } failed
bulk-role-ready = { " " }· done <t:{ $at }:R>
bulk-role-changed = **{ $role }** was { $action ->
        [add] given to
       *[remove] taken from
    } { $count ->
        [one] one member
       *[other] { $count } members
    }.
bulk-role-was-so = { $count ->
        [one] One { $action ->
            [add] had it already
           *[remove] did not have it
        }
       *[other] { $count } { $action ->
            [add] had it already
           *[remove] did not have it
        }
    }.
bulk-role-excluded = { $count ->
        [one] One was left out, who no longer holds
       *[other] { $count } were left out, who no longer hold
    } the role they were chosen for.
bulk-role-problems = { $count ->
        [one] One member
       *[other] { $count } members
    } could not be changed.
bulk-role-problem = • <@{ $person }> { $why ->
        [left] is not in this server
        [refused] – Discord forbids it
       *[unanswered] – Discord did not answer
    }
bulk-role-more = • … and { $count ->
        [one] one more
       *[other] { $count } more
    }
bulk-role-stopped = { $at } of { $total } were looked at.
bulk-role-in-flight = One more was just being changed, and may have been.
bulk-role-refused = Discord refused to change one member after the other, so I stopped. Look at the server's roles, then press Retry: it goes on where it stopped.
bulk-role-unanswered = Discord has not answered for many minutes, so I stopped. Press Retry later: it goes on where it stopped.
bulk-role-audit = asked for by { $asker }, job { $id }

## Alerts

alerts-chosen = From now on I tell here what fails in this server: jobs that were given up, results that reached nobody, webhooks that are dead.
alerts-title = ⚠️ This needs a look
alerts-more = … and { $count } more: `/async-job list` with `state: failed` shows failed jobs.
alerts-other = • { $reason }
alerts-job = • { $outcome ->
        [KEPT] The result of **{ $kind }** could not be brought and is kept
        [GIVEN_UP] The news of **{ $kind }** could not be brought
       *[FAILED] **{ $kind }** was given up
    }{ $user }{ $reason }
    -# `{ $id }`
alerts-unreadable = Something failed of which another version of this bot wrote; its log knows more.
alerts-none = Nobody is told of failures in this server. Choose a `channel` to change that.
alerts-are = What fails in this server is told in <#{ $channel }>. Choose another `channel`, or `off`, to change that.
alerts-off = From now on nobody is told of failures in this server.
alerts-nowhere = nowhere

## Commands for administrators, as Discord lists them

command-admin = For administrators of this server
command-admin-chat = How `/chat` answers here
command-admin-chat-prompt = What the model is told before each question in this server.
command-admin-chat-prompt-text = What it is told from now on; "reset": nothing. Leave it out to see it
command-admin-queue = The line of waiting jobs
command-admin-queue-name = Which queue; all, if you leave it out
command-admin-queue-status = What waits and runs, what is paused, and whether all is well.
command-admin-queue-metrics = The queue in numbers: now, and in the last hour.
command-admin-queue-users = Who has unfinished jobs in this server, and what their questions took today.
command-admin-queue-cleanup = Remove this server's old finished jobs, after a question.
command-admin-queue-older-than = Only what ended more than so many hours ago (24, if you leave it out)
command-admin-queue-pause = Start no more jobs; what runs goes on.
command-admin-queue-resume = Start jobs again.
command-admin-task = One job of this server
command-admin-task-retry = Run a job once more.
command-admin-task-cancel = Cancel a job for everybody who waits for it.
command-admin-task-priority = Let a job take its turns earlier or later.
command-admin-id = The job's id: choose from the list, or paste it
command-admin-reason = Why: stands in the job's log and in the audit log
command-admin-priority = From the last to the first of all
command-admin-user = What one person may have
command-admin-user-weight = Give somebody more turns than others.
command-admin-user-whom = A member of this server
command-admin-user-turns = Turns for every one of others: 1 is everybody's
command-admin-log = What was done, and what failed
command-admin-log-audit = Who did what to this server's jobs.
command-admin-log-error = What is known of a failure.
command-admin-log-error-id = The reference that the person read; the last ones, if you leave it out
command-async-job = This server's jobs
command-async-job-list = All jobs of this server, in pages.
command-async-job-state = Only those in this state
command-async-job-type = Only those of this kind
command-async-job-user = Only what this person asked for
command-async-job-show = One job, with all that you may know of it.
command-bulk-role = Give a role to many members, or take it from them; you are asked before anything happens.
command-bulk-role-action = Give it, or take it away
command-bulk-role-role = The role that is given or taken
command-bulk-role-having = Only members who hold this role
command-bulk-role-file = Only these members: a text or a table with an id or a mention in each line
command-bulk-role-reason = Why: stands in Discord's audit log beside each change
command-setup = Set the bot up in this server
command-setup-check = What is ready here, and what the bot is missing.
command-setup-alerts = Choose the channel that hears of failures and dead webhooks.
command-setup-alerts-channel = Where they are told; leave it out to see which it is
command-setup-alerts-off = Tell nothing any more

## What is ready for the bot, and what is missing

ready-permissions = I have every permission that I use in { $server }.
ready-permission-missing = In { $server } I lack the permission { $permission }. Invite me again with the link below: that adds what is missing and changes nothing else.
ready-permission-denied = { $permission } is denied to me in { $channels }. Allow it there, for my role, or leave it if I am not meant to answer there.
ready-no-manage-roles = In { $server } I lack the permission Manage Roles, which only /async-job bulk-role needs. Allow it for my role in the server's settings if you want that.
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
ready-token-missing = DISCORD_TOKEN is missing: copy it from the developer portal (Bot, Reset Token) into .env, or run `main.py sandbox`, which needs none.
ready-token-refused = Discord refused DISCORD_TOKEN: copy it anew.
ready-token = Discord knows the token: this bot is { $name }.
ready-not-discord = What answers at { $address } is not Discord: correct DISCORD_API_URL.
ready-unreachable = Discord cannot be reached at { $address } ({ $fault }): check the network, a proxy if there is one, and DISCORD_API_URL.
ready-clock = This machine's clock is { $seconds } seconds { $which ->
        [ahead] ahead of
       *[behind] behind
    } Discord's: jobs for later run at the wrong moment, and private results may come as direct messages. Set it, best by network time (NTP).
ready-memory = Jobs are kept in memory only: they are lost when the bot ends.
ready-database = The database { $path } is ready.
ready-built-in = /chat is answered by the built-in responder; set CHAT_BASE_URL for a real model.
ready-local = /chat is answered by a small model on this machine, { $model }; set CHAT_BASE_URL for a larger one.
ready-local-failed = The small model on this machine did not start (the log says why), so the built-in responder answers /chat; restart the bot to try it again, or set CHAT_BASE_URL.
ready-extensions = The folder { $folder } of EXTENSIONS_FOLDER has { $count ->
        [0] no modules: nothing of your own is loaded.
        [one] one module of your own.
       *[other] { $count } modules of your own.
    }
ready-renderer = /image is drawn by the built-in renderer; set IMAGE_BASE_URL for a real model.
ready-server-unknown = DISCORD_GUILDS names the server { $server }, and I am not in it. Invite me with the link below, or correct the setting.
ready-servers-more = I looked at { $some } of { $all } servers; /setup check looks at the one it is used in.
ready-no-server = I am in no server yet. Invite me with the link below.
ready-not-told = Discord did not say more about this bot ({ $fault }); try again in a moment.
ready-webhook = The webhook at { $host } can be told of jobs.
ready-webhook-off = The webhook at { $host } was switched off: { $why }. If it should be told again, set it anew with { $setting }.
ready-webhook-refused = The webhook at { $host } is never called. { $why } Correct it with { $setting }, or set WEBHOOK_ALLOW_PRIVATE=true if webhooks may use http:// and reach private networks.
ready-webhook-failing = The last call to the webhook at { $host } failed: { $fault }. See that its program runs and answers 2xx.
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

## Jobs that expire

expiry-cancelled = It was still waiting after 15 minutes, when an answer would have come too late.

## What the queue says of a job's end (see bot/queue/sentences.py)

end-late = It took longer than { $seconds ->
        [one] one second.
       *[other] { $seconds } seconds.
    }
end-stubborn = It did not stop.
end-interrupted = It was interrupted from within.
end-cancelled = It was cancelled.
end-unreadable = The stored request cannot be read by this version. Please ask again.
end-unforeseen = Something inside this job went wrong ({ $fault }).
end-lost = The worker died { $times ->
        [one] once
       *[other] { $times } times
    } while it ran this job, so it was given up.
end-unkept = The bot was stopped before this was done, and it could not be kept because the queue's storage was away.
end-result-unstored = Its result could not be stored, so it was given up. { $fault }
end-unstored = Its end could not be stored, so it was given up. { $fault }

## What is not well with the queue, and what to do

issue-silent = It has been silent for { $seconds } seconds.
issue-away = The store does not answer, so no job is accepted or run: { $fault }
issue-away-do = See that the disk has space and that this process may write to what QUEUE_DATABASE_URL names; work goes on by itself once it answers.
issue-stopped = This process runs no jobs; { $waiting ->
        [one] 1 job is
       *[other] { $waiting } jobs are
    } waiting.
issue-stopped-do = Start the bot again; what waits is kept. If it stops while jobs still run, give them more time with SHUTDOWN_GRACE.
issue-full = { $waiting } of { $most } places are taken, and new jobs are refused.
issue-nearly-full = { $waiting } of { $most } places are taken; soon new jobs will be refused.
issue-full-do = Let more jobs run at once with QUEUE_CONCURRENCY, or let more wait with QUEUE_MAX_SIZE; QUEUE_MAX_ACTIVE_PER_USER bounds what one person may ask for.
issue-paused = The queue { $queue } is paused, and a job of it has waited { $minutes } minutes for its turn.
issue-paused-do = Resume it as soon as what it was paused for is over.
issue-backlog = A job of the queue { $queue } has been ready for { $minutes } minutes ({ $running ->
        [one] 1 runs
       *[other] { $running } run
    }).
issue-backlog-busy-do = Let more run at once: QUEUE_CONCURRENCY={ $setting }, if what they call on bears it.
issue-backlog-idle-do = Its slots are not full, so see whether a process works on it (QUEUE_CONCURRENCY={ $setting }).
issue-strange = { $waiting ->
        [one] 1 job is
       *[other] { $waiting } jobs are
    } waiting of the kind { $kind }, which this process does not know.
issue-strange-do = They run as soon as a process works that knows it: start the version of the bot that has it, or discard them.
issue-noticed-do = It goes on by itself; if it does not, read the log for the cause.
issue-failing = { $percent } % of the { $ended } jobs of the kind { $kind } that ended in the last hour were given up.
issue-failing-do = Read the errors of its discarded jobs. If the cause passes by itself, raise QUEUE_MAX_ATTEMPTS; if they run out of time, QUEUE_JOB_TIMEOUT.
issue-retrying = { $retrying } of { $unfinished } unfinished jobs failed and wait to be tried again.
issue-retrying-do = See whether what they call on answers. If it needs long to recover, raise QUEUE_RETRY_BASE_DELAY or QUEUE_MAX_ATTEMPTS, so that they are not given up before.
issue-slow = One in twenty jobs of the kind { $kind } runs for { $seconds } s or more, and all are stopped at { $limit } s.
issue-slow-do = Raise QUEUE_JOB_TIMEOUT, or lower QUEUE_CONCURRENCY if they slow each other down.
issue-slow-own-do = Raise the timeout of the kind { $kind }, or lower QUEUE_CONCURRENCY if they slow each other down.
issue-parked = { $parked ->
        [one] 1 job of the queue { $queue } is
       *[other] { $parked } jobs of the queue { $queue } are
    } held back, although { $free } of its slots stand empty.
issue-parked-do = Let one person run more at once with QUEUE_MAX_RUNNING_PER_USER.
issue-rarely-cached = The cache answered { $percent } % of { $lookups } requests in the last hour.
issue-rarely-cached-do = If people ask the same again, but later or amid much else, raise CACHE_TTL or CACHE_MAX_SIZE; if they do not, all is well.

## The built-in responder

responder-described = Conveyor's built-in responder answers: no model, only a way to watch the queue.
local-described = The small model { $model } on this machine answers; one of the words { $words } alone shows the queue at work.
local-lost = The small model on this machine did not finish its answer. Nothing is wrong with your question; it can be tried again, and the model is started anew for it. For a model that bears more, the bot's owner sets `CHAT_BASE_URL`.
local-no-pictures = The small model on this machine sees no pictures. Ask without one; to have pictures looked at, the bot's owner sets `CHAT_BASE_URL` to a server whose model can.
responder-is = This is Conveyor's built-in responder. There is no model behind it, so it cannot answer you. To get real answers, the bot's owner sets `CHAT_BASE_URL` to any OpenAI-compatible server, `CHAT_MODEL` to one of its models and, if the server wants one, `CHAT_API_KEY`, and restarts the bot.
responder-facts = What it can say about your message: { $characters ->
        [one] 1 character
       *[other] { $characters } characters
    }, { $words ->
        [one] 1 word
       *[other] { $words } words
    } on { $lines ->
        [one] 1 line
       *[other] { $lines } lines
    }; it is number { $turns } of yours in this conversation.
responder-phrases =
    To see the queue at work, send one of these words alone:
    - `long`: an answer of several messages with code, to see it split
    - `huge`: an answer that becomes a file
    - `slow`: an answer that takes about 40 seconds, to see progress and to try Cancel
    - `fail`: breaks off after some words each time, to see it tried again
    - `reject`: is refused, to see an error that is not tried again
responder-slow = A slow answer in { $steps } steps:
responder-slow-end = . Done.
responder-long = A long answer, made up line by line, to see what becomes of what one message cannot hold.
responder-long-end = That is the end.
responder-chapter = **Chapter { $number }**
    This is chapter { $number } of { $chapters }. A job that was queued is run, shown and delivered, and if the bot restarts meanwhile, it is run again. Its result is seen once.
responder-breaks-off = This answer is about to break off, so that
responder-broke-off = The built-in responder broke off because it was asked to (`fail`). Send anything else to get an answer.
responder-refused = The built-in responder refused because it was asked to (`reject`). Send anything else to get an answer.

## What providers cannot do

provider-described = { $model ->
        [none] The provider's default model
       *[other] The model { $model }
    } at { $host } answers.
provider-ready = { $host } is reachable and offers { $count ->
        [one] one model.
       *[other] { $count } models.
    }
provider-lists-nothing = { $host } is reachable, but does not list its models.
provider-lists-garbage = { $host } is reachable, but what it answers is no list of models: check that { $setting }_BASE_URL ends where its API begins, often with /v1.
provider-lists-not = { $host } is reachable, but does not list { $model }: check { $setting }_MODEL.
provider-not-usable = Not usable: { $fault }
provider-not-reachable = Not reachable: { $fault }
provider-key = The { $kind } provider did not accept the bot's key, so nothing can be answered until the bot's owner checks { $setting }_API_KEY.
provider-credit = The { $kind } provider's account has no credit left, so it refuses every request. The bot's owner can top it up or set another { $setting }_API_KEY.
provider-model = The { $kind } provider does not know { $named ->
        [yes] the model “{ $model }”
       *[no] this address
    }. Choose another model, or ask the bot's owner to check { $setting }_MODEL and { $setting }_BASE_URL.
provider-too-long = This request is too long for the { $kind } provider. Try again with less text or fewer files.
provider-busy = The { $kind } provider is taking no more requests for the moment. Nothing is wrong with yours; it can be tried again later.
provider-slow = The { $kind } provider ran out of time. The same request may work when it is tried again.
provider-trouble = The { $kind } provider is having trouble on its side. Nothing is wrong with your request; it can be tried again later.
provider-elsewhere = The { $kind } provider's address leads elsewhere, so nothing was sent on. The bot's owner should set { $setting }_BASE_URL to the final address.
provider-refused = The { $kind } provider refused this request ({ $detail }). Trying the same again will not help; change the wording, or ask the bot's owner to check { $setting }_MODEL.
provider-silent = The { $kind } provider was silent for { $seconds } seconds, so the request was given up. The same request may work when it is tried again.
provider-lost = { $reached ->
        [no] The { $kind } provider cannot be reached
       *[yes] The connection to the { $kind } provider broke off
    }, so there is no answer yet. It can be tried again; if it keeps happening, the bot's owner should check that { $setting }_BASE_URL is right and its server runs.
provider-endless = The chat provider's answer did not come to an end, so it was stopped. Ask for something shorter.
provider-no-answer = The chat provider sent something that is no answer, so it was given up. It can be tried again; if it keeps happening, the bot's owner should check that CHAT_BASE_URL is the address of an OpenAI-compatible server.
provider-broke-off = The chat provider's answer broke off in the middle, so it is not complete. It can be tried again.
provider-empty = The chat provider answered with no text at all. It can be tried again; if it keeps happening, word the question differently.
provider-no-picture = The image provider sent something that is no picture, so it was given up. It can be tried again; if it keeps happening, the bot's owner should check that IMAGE_BASE_URL is the address of an OpenAI-compatible server and IMAGE_MODEL a model that draws.
provider-picture-huge = The image provider sent a picture that is too large to be opened, so it was given up. Ask for a smaller size, or ask the bot's owner to check IMAGE_MODEL.
provider-blocked = The image provider's rules forbid this picture, so it was not drawn. Trying the same again will not help; ask for something else, or in other words.

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
webhook-settings = **The webhook of the settings (WEBHOOK_URL)**, for all servers:
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

## Exports

command-export = Write down what this server holds, as files for you alone.
command-export-what = What to write down
command-export-channel = Messages of this channel only (all that you and the bot may read if omitted)
command-export-format = json: for programs; csv: for spreadsheets
export-channel-for-messages = A channel can only be named for messages. Omit `channel`, or choose `what: messages`.
export-reading = reading { $where }
export-packing = packing
export-so-far = { $rows } { $what ->
        [messages] { $count ->
            [one] message
           *[other] messages
        }
        [members] { $count ->
            [one] member
           *[other] members
        }
        [roles] { $count ->
            [one] role
           *[other] roles
        }
       *[channels] { $count ->
            [one] channel
           *[other] channels
        }
    } so far
export-done = Here { $count ->
        [one] is
       *[other] are
    } { $rows } { $what ->
        [members] { $count ->
            [one] member
           *[other] members
        }
        [roles] { $count ->
            [one] role
           *[other] roles
        }
       *[channels] { $count ->
            [one] channel
           *[other] channels
        }
    }.
export-messages = Here { $count ->
        [one] is { $rows } message
       *[other] are { $rows } messages
    } from { $channels ->
        [one] { $channels } channel
       *[other] { $channels } channels
    }. The addresses of attachments work for about a day.
export-skipped = Left out, because you or I may not read there: { $channels }.
export-partly = Only the beginning is there of what was deleted or closed meanwhile: { $channels }.
export-more = { $channels } and { $more } more
export-without-texts = Most texts are empty: Discord gives them to this bot only with the *Message Content* intent, granted in the developer portal and named in `DISCORD_INTENTS`.
export-channel-closed = { $channel } cannot be read: it is gone, or View Channel or Read Message History is missing there, for you or for me. Change that, then ask again.
export-disk = It could not be kept on the bot's disk ({ $fault }). Tell whoever runs the bot: the folder of its database needs free space, and the bot must be allowed to write there.
export-no-members = Members can be listed only with the *Server Members* intent. Grant it in the developer portal, add `members` to `DISCORD_INTENTS`, restart the bot and ask again.
export-too-much = This is more than the ten files of a message can hold. Ask for one channel at a time.
export-too-much-at-once = This is more than the ten files of a message can hold. { $format ->
        [json] Choose `format: csv`, which takes less room.
       *[csv] It cannot be asked for in parts.
    }

## A server's activity

command-activity = How much each member wrote and was in voice channels; everybody in this channel sees the answer.
command-activity-days = How many days back, up to now
command-activity-voice = Count time in voice channels (yes if omitted)
command-activity-messages = Count messages (yes if omitted)
command-activity-report = full: panel, chart and table; summary: panel and chart; csv: the table alone
activity-nothing = There is nothing to count: include voice, messages, or both.
activity-title = Activity of the last { $days ->
        [one] day
       *[other] { $days } days
    }
activity-span = From <t:{ $since }:f> until <t:{ $until }:f>.
activity-looking = looking for channels
activity-reading = reading messages
activity-adding-up = adding up
activity-drawing = drawing
activity-so-far = { $count ->
        [one] 1 message
       *[other] { $count } messages
    } so far, now in <#{ $channel }>.
activity-messages-name = Messages
activity-messages = **{ $count }** by { $people ->
        [one] 1 person
       *[other] { $people } people
    }{ $bots ->
        [0] { "." }
       *[other] {", and"} { $bots } by bots and webhooks.
    }
activity-count = { $count }
activity-most-messages = Most messages
activity-closed-name = Not read
activity-closed = { $named }{ $more ->
        [0] { "" }
       *[other] {" and"} { $more } more
    }: I may not look into them. To have them counted, allow me View Channel and Read Message History there.
activity-voice-name = Voice
activity-voice = **{ $time }** by { $people ->
        [one] 1 person
       *[other] { $people } people
    }.
activity-voice-since = Recorded since <t:{ $at }:f>: what was before is not known.
activity-voice-gaps = After that I was away for { $time } in all, which are not counted.
activity-voice-never = Nothing is recorded yet: time in voice channels counts from the moment when I am there.
activity-most-voice = Longest in voice channels
activity-rank = { $rank }. { $person } · { $what }
activity-duration = { $hours ->
        [0] { $minutes } min
       *[other] { $hours } h { $minutes } min
    }
activity-table-name = The table
activity-not-everybody = It has only those who did something: to list all members, I need the Server Members intent (see DISCORD_INTENTS).
chart-most = most in a { $step }: { $most }
chart-nameless = (see the list)

## Work in a server

server-asker-no-admin = This is for administrators, and whoever asked for it is no administrator of this server any more.
server-left = I am not in this server any more.
server-discord-away = Discord cannot be reached now.
