// SPDX-License-Identifier: MIT
//
// info: what a store of files consists of, and how it was found.

#include <boost/json.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/format.h"
#include "seatctl/verbs.h"
#include "seatfield/commit_options.h"
#include "seatfield/mapped_storage.h"

namespace examples::seatctl {

using seatfield::MappedFiles;
using seatfield::MappedStorage;
using seatfield::RecoveryReport;

namespace {

constexpr Verb kInfo = {"info", kCare, "Tells of the files of a store",
                        "  seatctl info\n"
                        "  seatctl info --json",
                        Access::kRead};

std::string_view KindName(RecoveryReport::Kind kind) {
  switch (kind) {
    case RecoveryReport::Kind::kCreated:
      return "created";
    case RecoveryReport::Kind::kClean:
      return "clean";
    case RecoveryReport::Kind::kRebuilt:
      return "rebuilt";
    case RecoveryReport::Kind::kAttached:
      return "attached";
  }
  return "";
}

void PrintJson(Session& session, const MappedFiles& files,
               const RecoveryReport& recovery) {
  boost::json::object object{{"directory", files.directory},
                             {"uuid", files.uuid},
                             {"sequence", files.sequence},
                             {"durable_sequence", files.durable_sequence},
                             {"oldest_sequence", files.oldest_sequence},
                             {"snapshot_bytes", files.snapshot_bytes},
                             {"journal_bytes", files.journal_bytes},
                             {"memory_bytes", files.memory_bytes},
                             {"writer", files.writer},
                             {"found", KindName(recovery.kind)},
                             {"snapshot_sequence", recovery.snapshot_sequence},
                             {"records_replayed", recovery.records_replayed},
                             {"records_rescued", recovery.records_rescued},
                             {"bytes_discarded", recovery.bytes_discarded},
                             {"discarded_at", recovery.discarded_at},
                             {"damaged", recovery.damaged},
                             {"open_microseconds", recovery.took.count()}};
  session.out() << boost::json::serialize(object) << '\n';
}

class Facts {
 public:
  explicit Facts(Session& session) : session_(session) {}
  void Add(std::string_view name, const std::string& value) {
    session_.out() << PadRight(name, 10) << value << '\n';
  }

 private:
  Session& session_;
};

void PrintText(Session& session, const MappedFiles& files,
               const RecoveryReport& recovery) {
  Facts facts(session);
  facts.Add("directory", files.directory);
  facts.Add("uuid", files.uuid);
  facts.Add("writer", files.writer == 0
                          ? "none"
                          : "process " + std::to_string(files.writer));
  facts.Add("changes", Thousands(files.sequence) + ", durable to " +
                           Thousands(files.durable_sequence) +
                           ", kept in the journal from " +
                           Thousands(files.oldest_sequence));
  facts.Add("snapshots", Thousands(files.snapshot_bytes) + " bytes");
  facts.Add("journal", Thousands(files.journal_bytes) + " bytes");
  facts.Add("memory", Thousands(files.memory_bytes) + " bytes");
  std::string found(KindName(recovery.kind));
  if (recovery.kind == RecoveryReport::Kind::kRebuilt) {
    found += " from the snapshot at " + Thousands(recovery.snapshot_sequence) +
             " and " + Counted(recovery.records_replayed, "record") + ", " +
             Thousands(recovery.records_rescued) + " of a killed process";
  }
  facts.Add("found", found + " in " +
                         Nanoseconds(static_cast<std::uint64_t>(
                             std::chrono::nanoseconds(recovery.took).count())));
  if (!recovery.damaged.empty()) facts.Add("damaged", recovery.damaged);
  if (!recovery.discarded_at.empty()) {
    facts.Add("discarded", Counted(recovery.bytes_discarded, "byte") +
                               " that were torn and never acknowledged, at " +
                               recovery.discarded_at);
  }
}

int Info(Session& session) {
  MappedStorage* const mapped = session.MappedFor("info");
  if (mapped == nullptr) return kUsage;
  const auto files = mapped->files();
  if (!files.ok()) return session.Fail(files.status());
  if (session.json()) {
    PrintJson(session, *files, mapped->recovery());
  } else {
    PrintText(session, *files, mapped->recovery());
  }
  return kDone;
}

}  // namespace

void AddInfo(Program& program) { program.Add(kInfo, Info); }

}  // namespace examples::seatctl
