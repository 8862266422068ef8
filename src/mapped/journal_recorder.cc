// SPDX-License-Identifier: MIT

#include "mapped/journal_recorder.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "mapped/journal.h"
#include "mapped/no_memory.h"
#include "mapped/record.h"
#include "seatfield/internal/decision.h"
#include "seatfield/internal/layout.h"
#include "seatfield/internal/recorder.h"
#include "seatfield/internal/text.h"

namespace seatfield::mapped {
namespace {

// What a thread encodes into.
std::vector<std::byte>& Scratch() {
  thread_local std::vector<std::byte> scratch;
  return scratch;
}

}  // namespace

internal::Recorder::Room JournalRecorder::Reserve(
    const internal::Decision& decision) {
  const std::size_t bytes = CommitBytesMax(decision);
  if (bytes > journal_.RecordBytesMax()) return Room::kTooLarge;
  try {
    if (Scratch().size() < bytes) Scratch().resize(bytes);
    return Room::kEnough;
  } catch (const std::bad_alloc&) {
    return Room::kNoMemory;
  }
}

std::uint64_t JournalRecorder::Committed(const internal::CommitNote& note) {
  std::byte* const to = Scratch().data();
  return journal_.Append({to, EncodeCommit(note, to)});
}

std::uint64_t JournalRecorder::Reserved(const internal::ReserveNote& note) {
  std::array<std::byte, kEverydayBytesMax> bytes;
  return journal_.Append({bytes.data(), EncodeReserve(note, bytes.data())});
}

std::uint64_t JournalRecorder::Settled(const internal::SettleNote& note) {
  std::array<std::byte, kEverydayBytesMax> bytes;
  return journal_.Append({bytes.data(), EncodeSettle(note, bytes.data())});
}

std::uint64_t JournalRecorder::Expired(const internal::ExpiryNote& note) {
  std::array<std::byte, kExpiryBytesMin> few;
  std::span<std::byte> to = few;
  std::vector<std::byte>& scratch = Scratch();
  try {
    const std::size_t bytes = ExpiryBytesMax(note);
    if (scratch.size() < bytes) scratch.resize(bytes);
    if (bytes <= journal_.RecordBytesMax()) to = scratch;
  } catch (const std::bad_alloc&) {
    // The few bytes will do: they list no seats.
  }
  return journal_.Append(to.first(EncodeExpiry(note, to)));
}

absl::Status JournalRecorder::Created(
    EventId event, Time time, std::span<const internal::Line> sections) {
  std::vector<const internal::SectionRecord*> records;
  std::vector<std::byte> bytes;
  try {
    for (const internal::Line line : sections) {
      records.push_back(&state_.SectionAt(line));
    }
    EncodeCreated(event, time, records, bytes);
  } catch (const std::bad_alloc&) {
    return NoMemory();
  }
  if (bytes.size() > journal_.RecordBytesMax()) {
    return absl::ResourceExhaustedError(
        internal::Cat("event ", Value(event), ": ", sections.size(),
                      " sections are too many to create at once in this store: "
                      "create fewer at a time"));
  }
  journal_.Append(bytes);
  return absl::OkStatus();
}

void JournalRecorder::Administered(internal::AdminAct act, EventId event,
                                   Time time, internal::Line section) {
  std::array<std::byte, kEverydayBytesMax> bytes;
  journal_.Append(
      {bytes.data(),
       EncodeAdmin(act, event, time,
                   section == 0 ? nullptr : &state_.SectionAt(section),
                   bytes.data())});
}

}  // namespace seatfield::mapped
