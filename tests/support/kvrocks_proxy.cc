// SPDX-License-Identifier: MIT

#include "support/kvrocks_proxy.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/kvrocks_rules.h"

namespace seatfield::test {
namespace {

RespValue WrongType() {
  return RespValue::Error(
      "WRONGTYPE Operation against a key holding the wrong kind of value");
}

RespValue ListOf(const std::vector<std::string>& texts) {
  RespValue list{.type = '*'};
  for (const std::string& text : texts) {
    list.elements.push_back(RespValue::Text(text));
  }
  return list;
}

}  // namespace

// --- One connection ---------------------------------------------------------

class KvrocksProxy::Session {
 public:
  Session(KvrocksProxy& proxy, Socket& client)
      : proxy_(proxy),
        client_(client),
        server_(Socket::ConnectUnix(proxy.server_.socket())) {}

  void Run() {
    Words command;
    while (TakeCommand(command)) {
      if (!client_.Send(RespBytes(Answer(command)))) return;
    }
  }

 private:
  // False at the end of the connection.
  bool TakeCommand(Words& command) {
    RespValue value;
    std::size_t used = 0;
    RespParse parse;
    while ((parse = ParseResp(buffer_, value, used)) == RespParse::kTooShort) {
      if (proxy_.connections_.stopping() ||
          client_.Receive(buffer_, std::chrono::milliseconds(20)) ==
              Received::kEnd) {
        return false;
      }
    }
    buffer_.erase(0, used);
    command.clear();
    for (RespValue& word : value.elements) command.push_back(word.text);
    return parse == RespParse::kWhole && !command.empty();
  }

  RespValue Answer(const Words& command) {
    const std::string name = Upper(command[0]);
    if (auto refusal = KvrocksRefusal(command)) {
      spoilt_ = spoilt_ || in_multi_;
      return *refusal;
    }
    if (name == "EXEC" && in_multi_) return Execute();
    if (name == "MULTI" || name == "DISCARD") return Turn(command, name);
    if (in_multi_) return Queue(command);
    if (name == "INFO") return Own(RespValue::Text(KvrocksInfo()));
    if (name == "CONFIG" && command.size() > 2) return Config(command);
    if (IsScriptCall(command)) return BareScript(command);
    return Single(command);
  }

  // What Kvrocks says by itself, to those who may ask.
  RespValue Own(RespValue answer) {
    const RespValue allowed = server_.Call({"PING"});
    return allowed.is_error() ? allowed : std::move(answer);
  }

  RespValue Config(const Words& command) {
    if (Upper(command[1]) != "GET") {
      return RespValue::Error("ERR Unsupported CONFIG parameter: " +
                              command[2]);
    }
    if (command[2] != "rocksdb.write_options.sync") return Own(ListOf({}));
    return Own(ListOf({command[2], proxy_.synchronous_ ? "yes" : "no"}));
  }

  RespValue BareScript(const Words& command) {
    const std::lock_guard lock(proxy_.scripts_);
    proxy_.monitor_.Sync();
    const std::uint64_t before = proxy_.script_writes_;
    RespValue answer = server_.Call(command);
    if (answer.text.rfind("NOSCRIPT", 0) == 0) return answer;
    proxy_.monitor_.Sync();
    ++proxy_.bare_scripts_;
    if (proxy_.script_writes_ != before) ++proxy_.bare_writing_scripts_;
    return answer;
  }

  RespValue Single(const Words& command) {
    const std::string name = Upper(command[0]);
    const bool looks =
        NeedsPlainString(command) || name == "GET" || name == "TYPE";
    const bool bitmap =
        looks && command.size() > 1 && proxy_.IsBitmap(command[1]);
    if (bitmap && NeedsPlainString(command)) return WrongType();
    if (bitmap && name == "TYPE") return RespValue::Status("bitmap");
    if (name == "GETRANGE" && command.size() == 4 &&
        server_.Call({"EXISTS", command[1]}).number == 0) {
      return RespValue::Null();
    }
    RespValue answer = server_.Call(command);
    if (bitmap) answer.text = WithBitsReversed(answer.text);
    return KvrocksAnswer(command, std::move(answer));
  }

  // --- Transactions ---

  RespValue Turn(const Words& command, const std::string& name) {
    RespValue answer = server_.Call(command);
    in_multi_ = name == "MULTI" && (in_multi_ || !answer.is_error());
    if (answer.is_error()) return answer;
    spoilt_ = false;
    queued_.clear();
    return answer;
  }

  RespValue Queue(const Words& command) {
    RespValue answer = server_.Call(command);
    if (answer.text == "QUEUED") queued_.push_back(command);
    return answer;
  }

  RespValue Execute() {
    in_multi_ = false;
    const std::vector<Words> queued = std::exchange(queued_, {});
    if (std::exchange(spoilt_, false)) {
      server_.Call({"DISCARD"});
      return RespValue::Error(
          "EXECABORT Transaction discarded because of previous errors.");
    }
    std::vector<std::optional<RespValue>> instead;
    for (const Words& command : queued) {
      instead.push_back(KnownBefore(command));
    }
    const std::lock_guard lock(proxy_.scripts_);
    RespValue answer = server_.Call({"EXEC"});
    if (answer.elements.size() != queued.size()) return answer;
    for (std::size_t i = 0; i < queued.size(); ++i) {
      RespValue& part = answer.elements[i];
      if (IsScriptCall(queued[i])) ++proxy_.wrapped_scripts_;
      part =
          instead[i] ? *instead[i] : KvrocksAnswer(queued[i], std::move(part));
    }
    return answer;
  }

  // What Kvrocks answers to a command of a transaction as its keys were before.
  std::optional<RespValue> KnownBefore(const Words& command) {
    if (!NeedsPlainString(command) || command.size() < 2) return std::nullopt;
    if (proxy_.IsBitmap(command[1])) return WrongType();
    if (Upper(command[0]) != "GETRANGE" ||
        proxy_.server_.Call({"EXISTS", command[1]}).number != 0) {
      return std::nullopt;
    }
    return RespValue::Null();
  }

  KvrocksProxy& proxy_;
  Socket& client_;
  RedisLink server_;
  std::string buffer_;
  bool in_multi_ = false;
  bool spoilt_ = false;  // a command of the transaction was refused
  std::vector<Words> queued_;
};

// --- What is watched --------------------------------------------------------

KvrocksProxy::KvrocksProxy(const RedisServer& server)
    : server_(server),
      monitor_(server, [this](const SeenCommand& seen) { See(seen); }),
      connections_([this](Socket& client) { Session(*this, client).Run(); }) {
  for (const RespValue& key : server.Call({"KEYS", "*"}).elements) {
    const std::lock_guard lock(mutex_);
    strings_.insert(key.text);
  }
}

void KvrocksProxy::See(const SeenCommand& seen) {
  const std::lock_guard lock(mutex_);
  if (seen.by_script) {
    if (Writes(seen.words)) ++script_writes_;
    if (KvrocksRefusal(seen.words)) {
      std::string& text = refused_.emplace_back();
      for (const std::string& word : seen.words) text += word + ' ';
    }
  }
  NoteKeys(seen.words);
}

void KvrocksProxy::NoteKeys(const Words& words) {
  const std::string name = Upper(words[0]);
  if (name == "FLUSHALL" || name == "FLUSHDB") {
    strings_.clear();
    bitmaps_.clear();
  } else if (name == "DEL" || name == "UNLINK") {
    for (std::size_t i = 1; i < words.size(); ++i) {
      strings_.erase(words[i]);
      bitmaps_.erase(words[i]);
    }
  } else if (name == "MSET") {
    for (std::size_t i = 1; i < words.size(); i += 2) strings_.insert(words[i]);
  } else if (words.size() > 1 && MakesBitmap(words)) {
    if (strings_.count(words[1]) > 0) return;
    bitmaps_.insert(words[1]);
    bitmaps_made_.insert(words[1]);
  } else if (words.size() > 1 && MakesString(words)) {
    if (name == "SET") bitmaps_.erase(words[1]);
    if (bitmaps_.count(words[1]) == 0) strings_.insert(words[1]);
  }
}

bool KvrocksProxy::IsBitmap(const std::string& key) {
  monitor_.Sync();
  const std::lock_guard lock(mutex_);
  return bitmaps_.count(key) > 0;
}

std::vector<std::string> KvrocksProxy::bitmap_keys_made() {
  monitor_.Sync();
  const std::lock_guard lock(mutex_);
  return {bitmaps_made_.begin(), bitmaps_made_.end()};
}

std::vector<std::string> KvrocksProxy::refused_in_scripts() {
  monitor_.Sync();
  const std::lock_guard lock(mutex_);
  return refused_;
}

}  // namespace seatfield::test
