// SPDX-License-Identifier: MIT
//
// How Kvrocks 2.10.1 differs from Redis 7.0.15, as functions of a command and
// its answer. For KvrocksProxy.
//
// Thread safety: pure functions.

#ifndef SEATFIELD_TESTS_SUPPORT_KVROCKS_RULES_H_
#define SEATFIELD_TESTS_SUPPORT_KVROCKS_RULES_H_

#include <optional>
#include <string>
#include <string_view>

#include "support/resp.h"

namespace seatfield::test {

// The error that Kvrocks answers to a command that Redis takes.
std::optional<RespValue> KvrocksRefusal(const Words& command);

// The answer of Redis in the words of Kvrocks.
RespValue KvrocksAnswer(const Words& command, RespValue answer);

// Its INFO.
std::string KvrocksInfo();

bool IsScriptCall(const Words& command);

// Whether a command changes keys; of those that it does not know, yes.
bool Writes(const Words& command);

// Whether it makes a bitmap of a key that is not there.
bool MakesBitmap(const Words& command);
// Whether it makes or leaves a string that is no bitmap.
bool MakesString(const Words& command);
// Whether it fails on a bitmap.
bool NeedsPlainString(const Words& command);

// Each byte with its bits in the other order.
std::string WithBitsReversed(std::string_view bytes);

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_KVROCKS_RULES_H_
