### What people read, in English. The ids begin with their section's name.

## Questions put to the bot

chat-empty = There is nothing in your message to answer. Write a question and try again.

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
