// SPDX-License-Identifier: MIT
//
// How the keys of a storage are written. A domain is what one call of the
// script can reach: an event or, in the layout section, one section of it.

#ifndef SEATFIELD_REDIS_NAMES_H_
#define SEATFIELD_REDIS_NAMES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "redis/command.h"
#include "seatfield/ids.h"
#include "seatfield/internal/text.h"
#include "seatfield/redis_storage.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

struct Domain {
  EventId event{};
  std::string tag;  // "1", "{1}" or "{1:A-1}"
  std::uint16_t slot = 0;
};

class Names {
 public:
  Names(std::string prefix, RedisLayout layout)
      : prefix_(std::move(prefix)), layout_(layout) {}

  const std::string& prefix() const { return prefix_; }
  bool tag_has_section() const { return layout_ == RedisLayout::kSection; }
  bool compact() const { return layout_ == RedisLayout::kCompact; }

  Domain DomainOf(EventId event, std::string_view section) const {
    Domain domain{event, {}, 0};
    const bool braces = layout_ != RedisLayout::kPlain;
    if (braces) domain.tag += '{';
    internal::Append(domain.tag, Value(event));
    if (tag_has_section()) {
      domain.tag += ':';
      domain.tag += section;
    }
    if (braces) domain.tag += '}';
    domain.slot = SlotOf(EventKey("event_sections", domain));
    return domain;
  }

  std::string EventKey(std::string_view kind, const Domain& domain) const {
    return internal::Cat(prefix_, kind, ":", domain.tag);
  }
  std::string SectionKey(std::string_view kind, const Domain& domain,
                         std::string_view section) const {
    std::string key = EventKey(kind, domain);
    if (!tag_has_section()) {
      key += ':';
      key += section;
    }
    return key;
  }

  // The same as a word of a command.
  void AppendSectionKey(std::string& bytes, std::string_view kind,
                        const Domain& domain, std::string_view section) const {
    const bool is_named = !tag_has_section();
    AppendWord(bytes, prefix_, kind, ":", domain.tag, is_named ? ":" : "",
               is_named ? section : std::string_view());
  }

  // The names of the sections of an event, wherever these stand.
  std::string SectionList(EventId event) const {
    if (!tag_has_section()) {
      return EventKey("event_sections", DomainOf(event, {}));
    }
    return internal::Cat(prefix_, "event_sections:{", Value(event), "}");
  }
  std::string EventList() const { return prefix_ + "seatfield_events"; }

 private:
  std::string prefix_;
  RedisLayout layout_;
};

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_NAMES_H_
