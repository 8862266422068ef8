// SPDX-License-Identifier: MIT

#include "mapped/journal.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "mapped/gather.h"
#include "mapped/no_memory.h"
#include "seatfield/internal/text.h"

namespace seatfield::mapped {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// How long after the last commit the witness is made durable.
constexpr Duration kWitnessIdle = milliseconds(20);
// How often a segment that found no room is tried again.
constexpr Duration kSpareRetry = seconds(1);
// How long a record that nobody waits for may stand in the buffers.
constexpr Duration kLook = seconds(1);

// Of a segment, for what gives back when the disk is full.
std::uint64_t SpaceKept(std::uint64_t segment_bytes) {
  return std::min(std::uint64_t{256} << 10, segment_bytes / 4);
}

// Half a buffer, if an empty segment has room for so much.
std::size_t RecordMax(std::uint64_t capacity, std::uint64_t segment_bytes) {
  const std::uint64_t room = segment_bytes - kPageBytes - kFrameHeaderBytes;
  return static_cast<std::size_t>(std::min(capacity / 2, room) / 8 * 8 -
                                  kRecordHeaderBytes);
}

absl::Status CheckOptions(std::span<const std::byte> buffers,
                          const JournalOptions& options) {
  const std::uint64_t segment = options.segment_bytes;
  if (segment < kSegmentBytesMin || segment > kSegmentBytesMax ||
      segment % kPageBytes != 0) {
    return internal::InvalidArgument(
        "segment_bytes: ", segment,
        " is not a multiple of 4096 from 16 KiB to 1 GiB");
  }
  const std::uint64_t buffer = options.buffer_bytes;
  if (buffer < kBufferBytesMin || buffer > kBufferBytesMax) {
    return internal::InvalidArgument("buffer_bytes: ", buffer,
                                     " is not 64 KiB to 256 MiB");
  }
  if (options.interval <= Duration::zero()) {
    return internal::InvalidArgument("interval: it must be positive");
  }
  if (buffers.size() != JournalBufferBytes(buffer)) {
    return internal::InvalidArgument("buffers: ", buffers.size(),
                                     " bytes, not ",
                                     JournalBufferBytes(buffer));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Journal>> Journal::Start(
    platform::Directory& directory, const StoreId& id, const JournalEnd& end,
    std::span<std::byte> buffers, const JournalOptions& options) {
  using Result = absl::StatusOr<std::unique_ptr<Journal>>;
  return OrNoMemory([&]() -> Result {
    absl::Status status = CheckOptions(buffers, options);
    if (!status.ok()) return status;
    auto files = JournalFiles::Start(
        directory, id, end, options.segment_bytes, options.buffer_bytes,
        options.background ? FirstSegment::kLater : FirstSegment::kNow);
    if (!files.ok()) return files.status();
    std::unique_ptr<Journal> journal(
        new Journal(directory, id, *std::move(files), buffers, options));
    if (!options.background) return journal;
    try {
      journal->thread_ = std::thread([&journal = *journal] { journal.Run(); });
    } catch (const std::system_error& error) {
      return absl::ResourceExhaustedError(
          internal::Cat("the journal's thread: ", error.what()));
    }
    return journal;
  });
}

Journal::Journal(platform::Directory& directory, const StoreId& id,
                 std::unique_ptr<JournalFiles> files,
                 std::span<std::byte> buffers, const JournalOptions& options)
    : commit_(directory, id, std::move(files), buffers),
      system_(directory.system()),
      options_(options),
      record_bytes_max_(RecordMax(buffers.size() / 2 - sizeof(BufferHeader),
                                  options.segment_bytes)),
      space_kept_(SpaceKept(options.segment_bytes)) {}

Journal::~Journal() { (void)Close(); }

// --- Admission --------------------------------------------------------------

absl::Status Journal::AdmitIfRoom(SpaceNeed need) {
  const std::uint64_t filled = commit_.filled();
  if (options_.background && filled >= commit_.capacity() / 4) wake_.Wake();
  if (filled >= commit_.capacity() / 2) {
    (void)commit_.MakeDurable(commit_.sequence());
  }
  absl::Status open = CheckOpen();
  if (!open.ok() || HasRoom(space_kept_)) return open;
  return MakeRoom(need);
}

// Writes what stands in the buffers if it may not fit, and makes the next
// segment.
absl::Status Journal::MakeRoom(SpaceNeed need) {
  if (!HasRoom(0)) (void)commit_.MakeDurable(commit_.sequence());
  const bool tries = !options_.background || !is_full_.load();
  if (tries && !commit_.spare_is_ready()) {
    is_full_.store(absl::IsResourceExhausted(commit_.FinishSpare()));
  }
  absl::Status open = CheckOpen();
  if (!open.ok() || !is_full_.load() || commit_.spare_is_ready()) return open;
  // A margin for those that are admitted at the same time.
  const std::uint64_t kept = need == SpaceNeed::kTakes
                                 ? space_kept_
                                 : space_kept_ / 4 / kPageBytes * kPageBytes;
  const std::uint64_t frame =
      RoundUp(commit_.filled() + kFrameHeaderBytes + 1, kPageBytes);
  if (commit_.room() >= frame + kept) return absl::OkStatus();
  return StatusOf(absl::StatusCode::kResourceExhausted,
                  "the disk has no room for the journal's next segment of ",
                  options_.segment_bytes, " bytes");
}

absl::Status Journal::CheckOpen() const {
  absl::Status state = commit_.state();
  if (state.ok()) return state;
  return StatusOf(
      absl::StatusCode::kUnavailable,
      std::string_view(state.message().data(), state.message().size()));
}

// --- Acknowledgement --------------------------------------------------------

absl::Status Journal::Wait(std::uint64_t sequence, Durability level) {
  if (IsAcknowledged(sequence, level)) return absl::OkStatus();
  const bool is_durable = commit_.MakeDurable(sequence);
  if (!options_.background) {
    RunCalls();
  } else if (!watches_witness_.load() && !watches_witness_.exchange(true)) {
    wake_.Wake();
  }
  return is_durable ? absl::OkStatus() : LostStatus(sequence);
}

void Journal::CallWhen(std::uint64_t sequence, Durability level,
                       DurableCall& call) {
  if (IsAcknowledged(sequence, level)) return call.Done(absl::OkStatus());
  call.sequence = sequence;
  if (!calls_.Push(call)) return call.Done(Wait(sequence, Durability::kGroup));
  if (options_.background) wake_.Wake();
}

bool Journal::IsAcknowledged(std::uint64_t sequence, Durability level) {
  if (commit_.durable_sequence() >= sequence) return true;
  if (!commit_.is_open() || sequence > commit_.sequence()) return false;
  if (level == Durability::kGroup) return false;
  return level != Durability::kInterval || MayAcknowledge(sequence);
}

// While the oldest that was so acknowledged is younger than the interval.
bool Journal::MayAcknowledge(std::uint64_t sequence) {
  const std::int64_t known = commit_.oldest_acknowledged_with(sequence);
  const std::int64_t latest =
      system_.CoarseMicros() + platform::System::kCoarseMicros;
  if (known != 0 && latest - known < options_.interval.count()) return true;
  const std::int64_t now = system_.MonotonicMicros();
  const std::int64_t oldest = commit_.Acknowledge(sequence, now);
  if (options_.background && oldest == now) wake_.Wake();
  return now - oldest < options_.interval.count();
}

absl::Status Journal::LostStatus(std::uint64_t sequence) const {
  absl::Status state = commit_.state();
  if (!state.ok()) return state;
  return StatusOf(absl::StatusCode::kInvalidArgument, "sequence ", sequence,
                  " was not given yet");
}

void Journal::RunCalls() {
  const std::lock_guard lock(running_mutex_);
  if (!calls_.empty()) Answer(calls_.Take());
}

// Whoever has many commits under way goes on with those that are answered while
// the others are written: a sync is worth its time when half of them wait for
// it.
void Journal::GatherCalls() {
  if (!options_.background || !commit_.is_open()) return;
  const std::int64_t sync = commit_.last_sync_micros();
  const std::uint64_t durable = commit_.durable_sequence();
  Gather(
      system_, calls_under_way_ / 2, {.all = sync, .pause = sync / 8},
      [&] { return commit_.sequence() - durable; }, [] { return false; });
}

void Journal::Answer(DurableCall* first) {
  std::uint64_t answered = 0;
  while (first != nullptr) {
    // Done() may end its life.
    DurableCall& call = *std::exchange(first, first->next);
    if (call.sequence > commit_.durable_sequence()) GatherCalls();
    const bool is_durable = commit_.MakeDurable(call.sequence);
    call.Done(is_durable ? absl::OkStatus() : LostStatus(call.sequence));
    ++answered;
  }
  calls_under_way_ = answered + commit_.sequence() - commit_.durable_sequence();
}

// --- All of it --------------------------------------------------------------

absl::Status Journal::Flush() {
  absl::Status status = CheckOpen();
  if (!status.ok()) return status;
  status = commit_.Flush();
  if (!options_.background) RunCalls();
  return status;
}

absl::StatusOr<JournalEnd> Journal::Seal() {
  absl::Status status = CheckOpen();
  if (!status.ok()) return status;
  auto end = commit_.Seal();
  if (!options_.background) RunCalls();
  return end;
}

absl::Status Journal::DropThrough(std::uint64_t sequence) {
  absl::Status status = CheckOpen();
  return status.ok() ? commit_.DropThrough(sequence) : status;
}

absl::Status Journal::Close() {
  const std::lock_guard lock(close_mutex_);
  if (std::exchange(closed_, true)) return close_status_;
  close_status_ = commit_.Close();
  stops_.store(true);
  wake_.Wake();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard running(running_mutex_);
  Answer(calls_.Close());
  return close_status_;
}

// --- The thread of its own --------------------------------------------------

void Journal::Run() {
  while (!stops_.load()) {
    RunCalls();
    SyncIfDue();
    StepSpare();
    SyncWitnessIfIdle();
    if (calls_.empty()) wake_.Sleep(SleepTime());
  }
}

void Journal::SyncIfDue() {
  const std::int64_t now = system_.MonotonicMicros();
  const std::int64_t oldest = commit_.oldest_acknowledged();
  const bool is_due =
      now >= next_look_ || commit_.filled() >= commit_.capacity() / 4 ||
      (oldest != 0 && now >= oldest + options_.interval.count() / 2);
  if (!is_due) return;
  (void)commit_.MakeDurable(commit_.sequence());
  next_look_ = now + kLook.count();
}

void Journal::StepSpare() {
  const std::int64_t now = system_.MonotonicMicros();
  if (commit_.spare_is_ready() || !commit_.is_open() || now < spare_retry_) {
    return;
  }
  const absl::Status status = commit_.StepSpare();
  is_full_.store(absl::IsResourceExhausted(status));
  spare_retry_ = status.ok() ? now : now + kSpareRetry.count();
}

void Journal::SyncWitnessIfIdle() {
  const std::int64_t idle = system_.MonotonicMicros() - commit_.last_commit();
  if (!commit_.witness_is_durable() && idle >= kWitnessIdle.count()) {
    (void)commit_.SyncWitness();
  }
  if (commit_.witness_is_durable()) watches_witness_.store(false);
}

Duration Journal::SleepTime() {
  if (!commit_.is_open()) return kLook;
  std::int64_t end = next_look_;
  const std::int64_t oldest = commit_.oldest_acknowledged();
  if (oldest != 0) end = std::min(end, oldest + options_.interval.count() / 2);
  if (!commit_.witness_is_durable()) {
    end = std::min(end, commit_.last_commit() + kWitnessIdle.count());
  }
  if (!commit_.spare_is_ready()) end = std::min(end, spare_retry_);
  return Duration(std::max<std::int64_t>(end - system_.MonotonicMicros(), 0));
}

}  // namespace seatfield::mapped
