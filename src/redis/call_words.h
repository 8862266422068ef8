// SPDX-License-Identifier: MIT
//
// Words that all calls of the script for one domain share: its first keys, and
// the arguments that say where and under which settings it works. They are made
// once for a domain and remembered, for 4,096 domains at most.
//
// Thread safety: const members may run concurrently.

#ifndef SEATFIELD_REDIS_CALL_WORDS_H_
#define SEATFIELD_REDIS_CALL_WORDS_H_

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "redis/command.h"
#include "redis/names.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

class CallWords {
 public:
  // state.lua says what they hold.
  static constexpr std::array<std::string_view, 8> kKeys = {
      "event_sections",  "seatfield_bookings", "seatfield_closed",
      "seatfield_ids",   "seatfield_recent",   "seatfield_due",
      "seatfield_event", "seatfield_buyers"};
  static constexpr std::size_t kArguments = 3;

  struct Words {
    std::string keys;       // kKeys
    std::string arguments;  // prefix, tag, settings
  };

  CallWords(const Names& names, std::string settings)
      : names_(names), settings_(std::move(settings)) {}

  std::shared_ptr<const Words> Of(const Domain& domain) const {
    {
      const std::shared_lock lock(mutex_);
      const auto found = known_.find(domain.tag);
      if (found != known_.end()) return found->second;
    }
    auto words = Make(domain);
    const std::lock_guard lock(mutex_);
    if (known_.size() >= kKnownMax) known_.clear();
    known_[domain.tag] = words;
    return words;
  }

 private:
  static constexpr std::size_t kKnownMax = 4096;

  std::shared_ptr<const Words> Make(const Domain& domain) const {
    auto words = std::make_shared<Words>();
    for (const std::string_view kind : kKeys) {
      AppendWord(words->keys, names_.EventKey(kind, domain));
    }
    AppendWord(words->arguments, names_.prefix());
    AppendWord(words->arguments, domain.tag);
    AppendWord(words->arguments, settings_);
    return words;
  }

  const Names& names_;
  const std::string settings_;  // packed
  mutable std::shared_mutex mutex_;
  mutable std::unordered_map<std::string, std::shared_ptr<const Words>> known_;
};

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_CALL_WORDS_H_
