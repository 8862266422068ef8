// SPDX-License-Identifier: MIT

#include "support/simulated_disk.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "support/cut_choices.h"
#include "support/simulated_file.h"
#include "support/split_mix.h"

namespace seatfield::test {
namespace {

using Entry = SimulatedDirectory::Entry;
using Kind = SimulatedNode::Kind;

auto FindEntry(auto& entries, std::string_view name) {
  return std::find_if(entries.begin(), entries.end(),
                      [&](const Entry& entry) { return entry.name == name; });
}

// The next name of `path`, which is taken off it; empty at the end.
std::string_view TakeName(std::string_view& path) {
  for (;;) {
    const std::size_t start =
        std::min(path.find_first_not_of('/'), path.size());
    path.remove_prefix(start);
    const std::string_view name = path.substr(0, path.find('/'));
    path.remove_prefix(name.size());
    if (name != ".") return name;
  }
}

// What has lost its name is lost itself, and need not be asked for.
void CutNode(SimulatedNode& node, CutChoices& choices) {
  node.file.Cut(choices);
  node.directory.Cut(choices);
  for (const Entry& entry : node.directory.entries()) {
    CutNode(*entry.node, choices);
  }
}

}  // namespace

// --- SimulatedDirectory -----------------------------------------------------

NodePtr SimulatedDirectory::Find(std::string_view name) const {
  const auto found = FindEntry(entries_, name);
  return found == entries_.end() ? nullptr : found->node;
}

void SimulatedDirectory::Apply(const Change& change,
                               std::vector<Entry>& entries) {
  if (!change.from.empty()) {
    const auto from = FindEntry(entries, change.from);
    if (from != entries.end() && from->node == change.node) entries.erase(from);
  }
  if (change.to.empty()) return;
  const auto to = FindEntry(entries, change.to);
  if (to != entries.end()) {
    to->node = change.node;
  } else {
    entries.push_back({change.to, change.node});
  }
}

void SimulatedDirectory::Link(const std::string& name, const NodePtr& node) {
  node->name = name;
  changes_.push_back({"", name, node});
  Apply(changes_.back(), entries_);
}

void SimulatedDirectory::Unlink(const std::string& name) {
  changes_.push_back({name, "", Find(name)});
  Apply(changes_.back(), entries_);
}

void SimulatedDirectory::Rename(const std::string& from,
                                const std::string& to) {
  if (from == to) return;
  changes_.push_back({from, to, Find(from)});
  changes_.back().node->name = to;
  Apply(changes_.back(), entries_);
}

void SimulatedDirectory::Sync() {
  if (changes_.empty()) return;
  durable_ = entries_;
  changes_.clear();
}

void SimulatedDirectory::Cut(CutChoices& choices) {
  if (changes_.empty()) return;
  std::vector<const Change*> kept;
  for (const Change& change : changes_) {
    if (choices.Entry()) kept.push_back(&change);
  }
  if (kept.size() > 1 && choices.Reorder()) {
    SplitMix random(choices.Bits());
    for (std::size_t i = 0; i + 1 < kept.size(); ++i) {
      if (kept[i]->node != kept[i + 1]->node && random.Chance(.5)) {
        std::swap(kept[i], kept[i + 1]);
      }
    }
  }
  for (const Change* const change : kept) Apply(*change, durable_);
  entries_ = durable_;
  changes_.clear();
}

SimulatedDirectory SimulatedDirectory::With(const NodeFn& fn) const {
  SimulatedDirectory with = *this;
  for (Entry& entry : with.entries_) entry.node = fn(entry.node);
  for (Entry& entry : with.durable_) entry.node = fn(entry.node);
  for (Change& change : with.changes_) change.node = fn(change.node);
  return with;
}

void SimulatedDirectory::Collect(std::vector<SimulatedNode*>& nodes) const {
  const auto add = [&](const auto& holder) {
    SimulatedNode* const node = holder.node.get();
    if (std::find(nodes.begin(), nodes.end(), node) == nodes.end()) {
      nodes.push_back(node);
    }
  };
  std::for_each(entries_.begin(), entries_.end(), add);
  std::for_each(durable_.begin(), durable_.end(), add);
  std::for_each(changes_.begin(), changes_.end(), add);
}

// --- SimulatedDisk ----------------------------------------------------------

SimulatedDisk::SimulatedDisk() : root_(Make(Kind::kDirectory, 0755, 0)) {}

SimulatedDisk::SimulatedDisk(const SimulatedDisk& other)
    : last_id_(other.last_id_) {
  std::unordered_map<const SimulatedNode*, NodePtr> copies;
  const SimulatedDirectory::NodeFn copy = [&](const NodePtr& node) {
    NodePtr& made = copies[node.get()];
    if (made != nullptr) return made;
    made = std::make_shared<SimulatedNode>(*node);
    NodePtr result = made;  // the table may move
    result->lock = -1;
    result->directory = node->directory.With(copy);
    return result;
  };
  root_ = copy(other.root_);
}

SimulatedDisk& SimulatedDisk::operator=(const SimulatedDisk& other) {
  if (this != &other) *this = SimulatedDisk(other);
  return *this;
}

NodePtr SimulatedDisk::Find(std::string_view path) const {
  NodePtr node = root_;
  for (;;) {
    const std::string_view name = TakeName(path);
    if (name.empty() || node == nullptr) return node;
    node = node->directory.Find(name);
  }
}

NodePtr SimulatedDisk::FindParent(std::string_view path,
                                  std::string& name) const {
  NodePtr node = root_;
  name = TakeName(path);
  for (;;) {
    const std::string_view next = TakeName(path);
    if (next.empty() || node == nullptr) return node;
    node = node->directory.Find(name);
    name = next;
  }
}

NodePtr SimulatedDisk::Make(Kind kind, std::uint32_t mode,
                            std::uint32_t owner) {
  auto node = std::make_shared<SimulatedNode>();
  node->kind = kind;
  node->mode = mode;
  node->owner = owner;
  node->id = ++last_id_;
  return node;
}

std::vector<SimulatedNode*> SimulatedDisk::nodes() const {
  std::vector<SimulatedNode*> nodes = {root_.get()};
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    nodes[i]->directory.Collect(nodes);
  }
  return nodes;
}

void SimulatedDisk::Cut(CutChoices& choices) { CutNode(*root_, choices); }

std::size_t SimulatedDisk::unsynced() const {
  std::size_t count = 0;
  for (const SimulatedNode* const node : nodes()) {
    count += node->file.unsynced() + node->directory.unsynced();
  }
  return count;
}

std::uint64_t SimulatedDisk::blocks_used() const {
  std::uint64_t blocks = 0;
  for (const SimulatedNode* const node : nodes()) blocks += node->file.blocks();
  return blocks;
}

std::vector<std::string> SimulatedDisk::Names(
    std::string_view directory) const {
  std::vector<std::string> names;
  const NodePtr node = Find(directory);
  if (node == nullptr) return names;
  for (const Entry& entry : node->directory.entries()) {
    names.push_back(entry.name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::byte> SimulatedDisk::ReadAll(std::string_view path) const {
  const NodePtr node = Find(path);
  if (node == nullptr) return {};
  const std::span<std::byte> bytes = node->file.bytes();
  return {bytes.begin(), bytes.end()};
}

void SimulatedDisk::WriteAll(std::string_view path,
                             std::span<const std::byte> bytes) {
  NodePtr node = Find(path);
  if (node == nullptr) node = Plant(path, Kind::kFile);
  SplitMix unused(0);
  node->file.Write(0, bytes, 0, unused);
  node->file.Resize(bytes.size());
  node->file.Sync();
}

void SimulatedDisk::FlipBit(std::string_view path, std::uint64_t bit) {
  const NodePtr node = Find(path);
  std::byte& byte = node->file.bytes()[bit / 8];
  byte ^= std::byte{1} << (bit % 8);
}

void SimulatedDisk::Remove(std::string_view path) {
  std::string name;
  const NodePtr parent = FindParent(path, name);
  if (parent == nullptr || parent->directory.Find(name) == nullptr) return;
  parent->directory.Unlink(name);
  parent->directory.Sync();
}

NodePtr SimulatedDisk::Plant(std::string_view path, Kind kind) {
  std::string name;
  const NodePtr parent = FindParent(path, name);
  NodePtr node =
      Make(kind, kind == Kind::kDirectory ? 0700 : 0600, parent->owner);
  parent->directory.Link(name, node);
  parent->directory.Sync();
  return node;
}

}  // namespace seatfield::test
