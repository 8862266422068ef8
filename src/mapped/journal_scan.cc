// SPDX-License-Identifier: MIT

#include "mapped/journal_scan.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "mapped/no_memory.h"
#include "mapped/segment_chain.h"
#include "mapped/segment_reader.h"
#include "mapped/torn_end.h"
#include "mapped/witness.h"
#include "seatfield/internal/text.h"

namespace seatfield::mapped {
namespace {

using internal::Cat;

class Scanner {
 public:
  Scanner(const platform::Directory& directory, const StoreId& id,
          const ScanOptions& options, const RecordFn& fn)
      : directory_(directory), id_(id), options_(options), fn_(fn) {}

  absl::StatusOr<ScanResult> Run();

 private:
  absl::Status Scan();
  absl::Status Begin();
  absl::Status ReadSegment(std::size_t index);
  absl::Status EnterSegment(const SegmentHeader& header);
  absl::StatusOr<SegmentReader> Open() const;
  absl::Status ReadFrames(SegmentReader& reader, std::uint64_t end,
                          std::uint64_t salt);
  bool Follows(const FrameHeader& header) const;
  absl::Status GiveRecords(const Frame& frame);
  absl::Status CheckStatedEnd(std::uint64_t stated_end);
  absl::Status EndScan(SegmentReader& reader, std::uint64_t salt);
  absl::Status CheckWitness();
  void DiscardUnused();
  std::uint64_t BytesBehind() const;

  // The first sequence that is neither found nor without matter.
  std::uint64_t missed() const {
    return std::max(end_.sequence, options_.after) + 1;
  }
  bool is_done() const { return end_.sequence >= options_.until; }
  std::string Here() const {
    if (end_.segment == 0) return directory_.path();
    return Cat(directory_.path(), "/", SegmentName(end_.segment), ": at byte ",
               end_.segment_end);
  }
  absl::Status Damage(std::string_view what);
  absl::Status DamageIfLost(const absl::Status& status);

  const platform::Directory& directory_;
  const StoreId& id_;
  const ScanOptions& options_;
  const RecordFn& fn_;
  SegmentChain chain_;
  JournalEnd end_;  // of what was found so far
  JournalEnd before_last_;
  ScanResult result_;
  bool is_damaged_ = false;
};

absl::StatusOr<ScanResult> Scanner::Run() {
  absl::Status status = Scan();
  if (!status.ok() && !(is_damaged_ && options_.salvage)) return status;
  if (!status.ok()) result_.bytes_discarded = BytesBehind();
  // The last frame's own sync may have failed; of it, a witness or a snapshot
  // alone can tell.
  const bool unsure = result_.witness < end_.sequence &&
                      before_last_.sequence >= options_.after;
  result_.end = end_;
  result_.durable_end = unsure ? before_last_ : end_;
  for (JournalEnd* const end : {&result_.end, &result_.durable_end}) {
    end->sequence = std::max(end->sequence, options_.after);
  }
  return std::move(result_);
}

absl::Status Scanner::Scan() {
  absl::Status status = Begin();
  for (std::size_t i = 0; status.ok() && i < chain_.used.size(); ++i) {
    if (is_done()) return status;
    status = ReadSegment(i);
  }
  if (!status.ok() || is_done()) return status;
  status = CheckWitness();
  if (status.ok()) DiscardUnused();
  return status;
}

absl::Status Scanner::Begin() {
  const auto witness = ReadWitness(directory_, id_);
  if (!witness.ok()) return witness.status();
  result_.witness = witness->sequence;
  auto chain = FindChain(directory_, id_, options_.after);
  if (!chain.ok()) return chain.status();
  chain_ = *std::move(chain);
  result_.oldest_sequence = chain_.oldest_sequence;
  if (chain_.used.empty() || !chain_.used.front().header.has_value()) {
    return absl::OkStatus();
  }
  const SegmentHeader& first = *chain_.used.front().header;
  if (first.base_sequence - 1 > options_.after) {
    return absl::OutOfRangeError(Cat(directory_.path(),
                                     ": the journal begins with sequence ",
                                     first.base_sequence));
  }
  end_ = {.sequence = first.base_sequence - 1,
          .sum = first.previous_sum,
          .segment = first.number - 1,
          .segment_end = first.previous_end};
  before_last_ = end_;
  return absl::OkStatus();
}

absl::Status Scanner::ReadSegment(std::size_t index) {
  const ChainLink& link = chain_.used[index];
  if (!link.header.has_value()) return DamageIfLost(link.damage);
  const SegmentHeader& header = *link.header;
  absl::Status status = EnterSegment(header);
  if (!status.ok()) return status;
  auto reader = Open();
  if (!reader.ok()) return reader.status();
  const bool is_last = index + 1 == chain_.used.size();
  const bool has_end = !is_last && chain_.used[index + 1].header.has_value();
  const std::uint64_t stated =
      has_end ? chain_.used[index + 1].header->previous_end : reader->size();
  status = ReadFrames(*reader, std::min(stated, reader->size()), header.salt);
  if (!status.ok() || is_done()) return status;
  if (is_last) return EndScan(*reader, header.salt);
  return has_end ? CheckStatedEnd(stated) : status;
}

// What a header says of the segment before it must be what was found there.
absl::Status Scanner::EnterSegment(const SegmentHeader& header) {
  if (header.base_sequence != end_.sequence + 1 ||
      header.previous_sum != end_.sum ||
      header.previous_end != end_.segment_end ||
      header.number != end_.segment + 1) {
    return Damage(Cat("the journal ends with sequence ", end_.sequence,
                      ", but the next segment goes on with ",
                      header.base_sequence));
  }
  end_.segment = header.number;
  end_.segment_end = kPageBytes;
  if (header.read_only_flags != 0) {
    result_.read_only = Cat(directory_.path(), "/", SegmentName(header.number),
                            " was written by a newer version of seatfield");
  }
  return absl::OkStatus();
}

absl::StatusOr<SegmentReader> Scanner::Open() const {
  auto segment = OpenSegment(directory_, end_.segment);
  if (!segment.ok()) return segment.status();
  const auto status = segment->file.Status();
  if (!status.ok()) return status.status();
  if (status->size > options_.segment_bytes_max) {
    return absl::FailedPreconditionError(
        Cat(segment->file.path(), ": ", status->size,
            " bytes are more than a segment may have: ",
            options_.segment_bytes_max));
  }
  return SegmentReader(std::move(segment->file), status->size);
}

// As far as they follow each other.
absl::Status Scanner::ReadFrames(SegmentReader& reader, std::uint64_t end,
                                 std::uint64_t salt) {
  while (!is_done()) {
    const auto frame = reader.ReadFrame(end_.segment_end, end, salt);
    if (!frame.ok()) return DamageIfLost(frame.status());
    if (!frame->has_value() || !Follows((*frame)->header)) break;
    absl::Status status = GiveRecords(**frame);
    if (!status.ok()) return status;
    const FrameHeader& header = (*frame)->header;
    before_last_ = end_;
    end_.sequence += header.record_count;
    end_.sum = header.sum;
    end_.last_time = header.time;
    end_.segment_end += RoundUp(kFrameHeaderBytes + header.length, kPageBytes);
  }
  return absl::OkStatus();
}

bool Scanner::Follows(const FrameHeader& header) const {
  return header.sequence == end_.sequence + 1 &&
         header.record_count <= UINT64_MAX - header.sequence &&
         header.previous_sum == end_.sum && header.time >= end_.last_time;
}

absl::Status Scanner::GiveRecords(const Frame& frame) {
  std::span<const std::byte> rest = frame.records;
  const std::uint64_t end = frame.header.sequence + frame.header.record_count;
  if (end - 1 <= options_.after) return absl::OkStatus();
  for (std::uint64_t at = frame.header.sequence; at < end; ++at) {
    const auto record = TakeRecord(rest);
    if (!record.has_value()) {
      return Damage(Cat("the record of sequence ", at, " is not whole"));
    }
    if (at <= options_.after || at > options_.until) continue;
    absl::Status status = fn_(at, record->says);
    if (!status.ok()) return status;
    ++result_.records;
  }
  return absl::OkStatus();
}

absl::Status Scanner::CheckStatedEnd(std::uint64_t stated_end) {
  if (end_.segment_end == stated_end) return absl::OkStatus();
  return Damage(Cat("no valid frame of sequence ", end_.sequence + 1,
                    ", but the segment goes on to ", stated_end));
}

absl::Status Scanner::EndScan(SegmentReader& reader, std::uint64_t salt) {
  const auto torn = JudgeEnd(reader, end_.segment_end, salt, missed());
  if (!torn.ok()) return DamageIfLost(torn.status());
  if (torn->damaged_by != 0) {
    return Damage(Cat("no valid frame of sequence ", end_.sequence + 1,
                      ", but what stands at byte ", torn->damaged_by,
                      " was written after it was acknowledged"));
  }
  result_.bytes_discarded = torn->bytes;
  if (torn->bytes > 0) {
    result_.discarded_at = Cat(Here(), ": a torn write");
  }
  return absl::OkStatus();
}

absl::Status Scanner::CheckWitness() {
  if (result_.witness < missed()) return absl::OkStatus();
  return Damage(Cat("no valid frame of sequence ", end_.sequence + 1, ", but ",
                    result_.witness, " was acknowledged"));
}

// A header that was torn is the first thing that was written there.
void Scanner::DiscardUnused() {
  for (const ChainLink& link : chain_.unused) {
    if (link.damage.ok()) continue;
    result_.bytes_discarded += kPageBytes;
    if (result_.discarded_at.empty()) {
      result_.discarded_at = std::string(link.damage.message());
    }
  }
}

// What stands in the files behind what was found, zeros and all.
std::uint64_t Scanner::BytesBehind() const {
  std::uint64_t bytes = 0;
  for (const ChainLink& link : chain_.used) {
    if (link.number < end_.segment) continue;
    const auto segment = OpenSegment(directory_, link.number);
    if (!segment.ok()) continue;
    const auto status = segment->file.Status();
    if (status.ok()) bytes += status->size;
    if (link.number == end_.segment) {
      bytes -= std::min(bytes, end_.segment_end);
    }
  }
  return bytes;
}

absl::Status Scanner::Damage(std::string_view what) {
  is_damaged_ = true;
  result_.discarded_at = Cat(Here(), ": ", what);
  return absl::DataLossError(result_.discarded_at);
}

// What cannot be read is damage as well.
absl::Status Scanner::DamageIfLost(const absl::Status& status) {
  if (!absl::IsDataLoss(status)) return status;
  is_damaged_ = true;
  result_.discarded_at = std::string(status.message());
  return status;
}

}  // namespace

absl::StatusOr<ScanResult> ScanJournal(const platform::Directory& directory,
                                       const StoreId& id,
                                       const ScanOptions& options,
                                       const RecordFn& fn) {
  return OrNoMemory([&] { return Scanner(directory, id, options, fn).Run(); });
}

}  // namespace seatfield::mapped
