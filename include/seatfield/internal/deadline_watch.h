// SPDX-License-Identifier: MIT
//
// Which section of a store has the next hold to end. Every section is on watch
// with a deadline that is never later than its own next one, and is moved only
// when its next deadline comes to lie earlier: a store whose deadlines rise
// writes here once a section and not once a hold. What is on watch may be too
// early; whoever meets that looks at the section and moves it on.
//
// Thread safety: any thread; with the section's lock held, which comes before
//   the watch's own. Earliest() needs no lock.
// Complexity: O(log n) in the sections of the store; only Add allocates.

#ifndef SEATFIELD_INTERNAL_DEADLINE_WATCH_H_
#define SEATFIELD_INTERNAL_DEADLINE_WATCH_H_

#include <compare>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "seatfield/internal/layout.h"
#include "seatfield/internal/section_access.h"
#include "seatfield/internal/space.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

class DeadlineWatch {
 public:
  struct Entry {
    std::int64_t deadline = 0;
    Line section = 0;

    friend auto operator<=>(const Entry&, const Entry&) = default;
  };

  void Add(const SectionAccess& section) {
    section.record->watched_deadline = section.record->next_deadline;
    const std::lock_guard lock(mutex_);
    entries_.insert(EntryOf(section));
  }

  void Remove(const SectionAccess& section) {
    const std::lock_guard lock(mutex_);
    entries_.erase(EntryOf(section));
  }

  // Sees to it that the section is on watch no later than its next deadline.
  SEATFIELD_INLINE void Update(const SectionAccess& section) {
    if (section.record->next_deadline < section.record->watched_deadline)
        [[unlikely]] {
      MoveOn(section);
    }
  }

  // Puts the section on watch with just its next deadline.
  SEATFIELD_COLD void MoveOn(SectionAccess section) {
    const std::lock_guard lock(mutex_);
    auto node = entries_.extract(EntryOf(section));
    section.record->watched_deadline = section.record->next_deadline;
    node.value() = EntryOf(section);
    entries_.insert(std::move(node));
  }

  // Whether the entry is still the section's.
  static bool IsCurrent(const Entry& entry, const SectionRecord& record) {
    return record.event != 0 && record.watched_deadline == entry.deadline;
  }

  // nullopt in a store without sections.
  std::optional<Entry> Earliest() const {
    const std::lock_guard lock(mutex_);
    if (entries_.empty()) return std::nullopt;
    return *entries_.begin();
  }

 private:
  static Entry EntryOf(const SectionAccess& section) {
    return {section.record->watched_deadline, section.line};
  }

  mutable std::mutex mutex_;
  std::set<Entry> entries_;
};

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_DEADLINE_WATCH_H_
