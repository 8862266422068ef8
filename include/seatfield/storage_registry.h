// SPDX-License-Identifier: MIT
//
// A StorageRegistry opens a storage by text, so that a configuration file or a
// command line can choose the backend. It is a value: it knows what was added
// to it, nothing registers itself, and there is no global one.
//
//   StorageRegistry registry;
//   AddMemory(registry);
//   auto storage = registry.Open("memory:?seats_per_buyer_max=8&hold_max=15m");
//   if (storage.ok()) Inventory inventory(*std::move(storage));
//
// Text: `scheme:path?option=value&option=value`. The path and the options may
// be
//   absent, the colon may not. %41 stands for A in a path or a value, so that
//   they can have '?', '&' and '%'.
// Errors: InvalidArgument (fix the text): an unknown scheme or option, an
// option
//   twice, a bad value. The message names it and lists what is known; it
//   repeats neither path nor values of a scheme that is not known, which may be
//   secret. Then whatever the opener answers.
// Thread safety: const members may run concurrently; Add needs exclusive
// access.

#ifndef SEATFIELD_STORAGE_REGISTRY_H_
#define SEATFIELD_STORAGE_REGISTRY_H_

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seatfield/ids.h"
#include "seatfield/internal/text.h"
#include "seatfield/limits.h"
#include "seatfield/memory_storage.h"
#include "seatfield/storage.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

// The text that names a storage, taken apart.
struct StorageUri {
  struct Option {
    std::string name;
    std::string value;
  };

  std::string scheme;
  std::string path;
  std::vector<Option> options;  // as given, no name twice

  // A scheme is [a-z][a-z0-9+.-]*, an option's name [a-z][a-z0-9_]*.
  // Errors: InvalidArgument.
  static absl::StatusOr<StorageUri> Parse(std::string_view text);
};

// Reads the options of a URI by name, for whoever writes an opener:
//
//   StorageOptions options;
//   options.Add("level", level);  // unsigned, a Duration or a string
//   AddLimits(options, limits);
//   absl::Status status = options.Read(uri);
//
// Durations are a whole number and us, ms, s, m, h or d, as in 15m, or forever.
// `none` is kNoLimit.
class StorageOptions {
 public:
  // `value`, which must outlive Read, is set if the URI has the option.
  template <std::integral T>
  void Add(std::string name, T& value);
  void Add(std::string name, Duration& value);
  void Add(std::string name, std::string& value);
  template <typename T>
  void Add(std::string name, std::optional<T>& value);

  // Errors: InvalidArgument, naming the option and what is known or expected.
  //   Then some of the values may have been set.
  absl::Status Read(const StorageUri& uri) const;

 private:
  // The setter returns what it expected, or null if the value was good.
  using Setter = std::function<const char*(std::string_view)>;

  std::map<std::string, Setter, std::less<>> setters_;
};

// Every member of Limits under its own name.
void AddLimits(StorageOptions& options, Limits& limits);

class StorageRegistry {
 public:
  using Opener = std::function<absl::StatusOr<std::unique_ptr<Storage>>(
      const StorageUri& uri)>;

  // A scheme of one's own; one that is there already is replaced.
  // Errors: InvalidArgument, if it is no scheme or the opener is empty.
  absl::Status Add(std::string_view scheme, Opener opener);

  // In alphabetical order.
  std::vector<std::string> schemes() const;

  absl::StatusOr<std::unique_ptr<Storage>> Open(std::string_view text) const;

 private:
  std::map<std::string, Opener, std::less<>> openers_;
};

// `memory:`, with every Limits option, and hash_seed. It takes no path.
void AddMemory(StorageRegistry& registry);

// --- Implementation ---------------------------------------------------------

namespace internal {

// [a-z] and then [a-z0-9] or one of `others`.
constexpr bool IsLowerName(std::string_view text, std::string_view others) {
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  return !text.empty() && is_lower(text[0]) &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return is_lower(c) || (c >= '0' && c <= '9') ||
                  others.find(c) != std::string_view::npos;
         });
}

// `text` with each %XX replaced by its byte. NUL is refused.
inline std::optional<std::string> Unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const int high = HexDigit(text[i + 1]);
    const int low = HexDigit(text[i + 2]);
    if (high < 0 || low < 0 || high + low == 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

// What is known, for a message: "a, b, c".
template <typename Map>
std::string KeysOf(const Map& map) {
  std::string text;
  for (const auto& entry : map) {
    if (!text.empty()) text += ", ";
    text += entry.first;
  }
  return text.empty() ? "none" : text;
}

inline absl::StatusOr<StorageUri::Option> ParseOption(std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::string_view name = text.substr(0, equals);
  if (equals == std::string_view::npos || !IsLowerName(name, "_")) {
    return InvalidArgument("storage option must be name=value: ", Quoted(name));
  }
  auto value = Unescape(text.substr(equals + 1));
  if (!value) {
    return InvalidArgument("storage option ", name,
                           ": '%' must be followed by two hexadecimal digits, "
                           "not 00");
  }
  return StorageUri::Option{std::string(name), *std::move(value)};
}

inline absl::Status ParseOptions(std::string_view text, StorageUri& uri) {
  while (true) {
    const std::size_t end = text.find('&');
    auto option = ParseOption(text.substr(0, end));
    if (!option.ok()) return option.status();
    for (const StorageUri::Option& earlier : uri.options) {
      if (earlier.name != option->name) continue;
      return InvalidArgument("storage option ", option->name, " stands twice");
    }
    uri.options.push_back(*std::move(option));
    if (end == std::string_view::npos) return absl::OkStatus();
    text.remove_prefix(end + 1);
  }
}

inline absl::StatusOr<std::unique_ptr<Storage>> OpenMemory(
    const StorageUri& uri) {
  if (!uri.path.empty()) {
    return InvalidArgument("storage memory: takes no path, got ",
                           Quoted(uri.path));
  }
  MemoryOptions memory;
  StorageOptions options;
  options.Add("hash_seed", memory.hash_seed);
  AddLimits(options, memory.limits);
  absl::Status status = options.Read(uri);
  if (!status.ok()) return status;
  return std::make_unique<MemoryStorage>(memory);
}

}  // namespace internal

inline absl::StatusOr<StorageUri> StorageUri::Parse(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view scheme = text.substr(0, colon);
  if (colon == std::string_view::npos ||
      !internal::IsLowerName(scheme, "+.-")) {
    return internal::InvalidArgument(
        "storage must be scheme:path?option=value, as in 'memory:'; got ",
        internal::Quoted(scheme));
  }
  const std::string_view rest = text.substr(colon + 1);
  const std::size_t question = rest.find('?');
  auto path = internal::Unescape(rest.substr(0, question));
  if (!path) {
    return internal::InvalidArgument(
        "path of storage ", scheme,
        ": '%' must be followed by two hexadecimal digits, not 00");
  }
  StorageUri uri{std::string(scheme), *std::move(path), {}};
  if (question == std::string_view::npos) return uri;
  absl::Status status = internal::ParseOptions(rest.substr(question + 1), uri);
  if (!status.ok()) return status;
  return uri;
}

template <std::integral T>
void StorageOptions::Add(std::string name, T& value) {
  static_assert(std::unsigned_integral<T>);
  setters_[std::move(name)] = [&value](std::string_view text) -> const char* {
    constexpr bool kHasNone = std::same_as<T, std::uint32_t>;
    if (kHasNone && text == "none") {
      value = static_cast<T>(kNoLimit);
      return nullptr;
    }
    const auto number = internal::ParseDecimal<T>(text);
    if (!number) {
      return kHasNone ? "a whole number 0 to 4294967295, or none"
                      : "a whole number 0 to 18446744073709551615";
    }
    value = *number;
    return nullptr;
  };
}

inline void StorageOptions::Add(std::string name, Duration& value) {
  setters_[std::move(name)] = [&value](std::string_view text) -> const char* {
    const auto duration = ParseDuration(text);
    if (!duration.ok()) {
      return "a whole number and us, ms, s, m, h or d, or forever";
    }
    value = *duration;
    return nullptr;
  };
}

inline void StorageOptions::Add(std::string name, std::string& value) {
  setters_[std::move(name)] = [&value](std::string_view text) -> const char* {
    value = text;
    return nullptr;
  };
}

template <typename T>
void StorageOptions::Add(std::string name, std::optional<T>& value) {
  StorageOptions inner;
  const auto room = std::make_shared<T>();
  inner.Add(name, *room);
  setters_[name] = [&value, room, set = inner.setters_.at(name)](
                       std::string_view text) -> const char* {
    const char* const expected = set(text);
    if (expected == nullptr) value = *room;
    return expected;
  };
}

inline absl::Status StorageOptions::Read(const StorageUri& uri) const {
  for (const auto& [name, value] : uri.options) {
    const auto at = setters_.find(name);
    if (at == setters_.end()) {
      return internal::InvalidArgument(
          "storage ", uri.scheme, ": unknown option ", internal::Quoted(name),
          " (known: ", internal::KeysOf(setters_), ")");
    }
    const char* const expected = at->second(value);
    if (expected == nullptr) continue;
    return internal::InvalidArgument("storage ", uri.scheme, ": option ", name,
                                     " must be ", expected, "; got ",
                                     internal::Quoted(value));
  }
  return absl::OkStatus();
}

inline void AddLimits(StorageOptions& options, Limits& limits) {
  options.Add("steps_per_transaction_max", limits.steps_per_transaction_max);
  options.Add("seats_per_transaction_max", limits.seats_per_transaction_max);
  options.Add("seats_per_booking_max", limits.seats_per_booking_max);
  options.Add("seats_per_buyer_max", limits.seats_per_buyer_max);
  options.Add("hold_max", limits.hold_max);
  options.Add("total_hold_max", limits.total_hold_max);
  options.Add("id_retention", limits.id_retention);
  options.Add("ids_max", limits.ids_max);
  options.Add("tombstone_retention", limits.tombstone_retention);
  options.Add("tombstones_max", limits.tombstones_max);
  options.Add("sections_per_event_max", limits.sections_per_event_max);
  options.Add("sections_max", limits.sections_max);
  options.Add("seats_per_section_max", limits.seats_per_section_max);
  options.Add("seats_max", limits.seats_max);
}

inline absl::Status StorageRegistry::Add(std::string_view scheme,
                                         Opener opener) {
  if (!internal::IsLowerName(scheme, "+.-")) {
    return internal::InvalidArgument("not a scheme ([a-z][a-z0-9+.-]*): ",
                                     internal::Quoted(scheme));
  }
  if (!opener) {
    return internal::InvalidArgument("scheme ", scheme,
                                     ": the opener is empty");
  }
  openers_[std::string(scheme)] = std::move(opener);
  return absl::OkStatus();
}

inline std::vector<std::string> StorageRegistry::schemes() const {
  std::vector<std::string> names;
  for (const auto& entry : openers_) names.push_back(entry.first);
  return names;
}

inline absl::StatusOr<std::unique_ptr<Storage>> StorageRegistry::Open(
    std::string_view text) const {
  const auto uri = StorageUri::Parse(text);
  if (!uri.ok()) return uri.status();
  const auto at = openers_.find(uri->scheme);
  if (at == openers_.end()) {
    return internal::InvalidArgument(
        "unknown storage scheme ", internal::Quoted(uri->scheme),
        " (known: ", internal::KeysOf(openers_), ")");
  }
  return at->second(*uri);
}

inline void AddMemory(StorageRegistry& registry) {
  registry.Add("memory", internal::OpenMemory).IgnoreError();
}

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_STORAGE_REGISTRY_H_
