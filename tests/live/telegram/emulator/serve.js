// telegram-test-api 4.2.1 on a port of 127.0.0.1, with what python-telegram-bot needs and it lacks.
//
// These answers are ours and prove nothing: getMe (it leaves out is_bot), answerCallbackQuery and editMessageText
// (it answers null), setMyCommands and sendChatAction (it has none), dates in seconds (it gives milliseconds),
// chat_instance and the message under a button (it leaves them out). Everything else is the emulator's own:
// routes, tokens, update ids, messages as they were sent, entities, keyboards, callbacks, what it stores.
const [folder, port] = process.argv.slice(2);
const { routes } = require(`${folder}/node_modules/telegram-test-api/lib/routes/index.js`);
const { TelegramServer } = require(`${folder}/node_modules/telegram-test-api/lib/telegramServer.js`);

const seconds = () => Math.floor(Date.now() / 1000);
const ok = (res, result) => res.json({ ok: true, result });

routes.unshift((app, server) => {
  app.all('/bot:token/getMe', (_req, res) =>
    ok(res, { id: 666, is_bot: true, first_name: 'Maemae', username: 'maemae_bot' }));
  app.all('/bot:token/answerCallbackQuery', (_req, res) => ok(res, true));
  app.all('/bot:token/setMyCommands', (_req, res) => ok(res, true));
  app.all('/bot:token/sendChatAction', (_req, res) => ok(res, true));
  app.all('/bot:token/editMessageText', (req, res) => {
    server.editMessageText(req.body);
    ok(res, {
      message_id: Number(req.body.message_id), date: seconds(), text: req.body.text,
      chat: { id: Number(req.body.chat_id), type: 'private', first_name: 'Bot' },
    });
  });
});

const addBotMessage = TelegramServer.prototype.addBotMessage;
TelegramServer.prototype.addBotMessage = function (message, token) {
  const { message_id, text, chat, reply_markup } = addBotMessage.call(this, message, token);
  return { message_id, text, chat, reply_markup, date: seconds() };
};

const formatUpdate = TelegramServer.formatUpdate;
TelegramServer.formatUpdate = function (update) {
  const made = formatUpdate(update);
  if (made.callback_query) made.callback_query.chat_instance = '1';
  return made;
};

const server = new TelegramServer({ port: Number(port), host: '127.0.0.1' });
server.start().then(() => console.log('ready'));
process.stdin.on('end', () => process.exit(0)); // whoever started us is gone
process.stdin.resume();
