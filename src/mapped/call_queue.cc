// SPDX-License-Identifier: MIT

#include "mapped/call_queue.h"

#include <utility>

namespace seatfield::mapped {

bool CallQueue::Push(DurableCall& call) {
  DurableCall* newest = newest_.load();
  do {
    if (newest == &closed_) return false;
    call.next = newest;
  } while (!newest_.compare_exchange_weak(newest, &call));
  return true;
}

DurableCall* CallQueue::TakeNewest(DurableCall* instead) {
  DurableCall* newest = newest_.load();
  do {
    if (newest == nullptr && instead == nullptr) return nullptr;
    if (newest == &closed_) return nullptr;
  } while (!newest_.compare_exchange_weak(newest, instead));
  return newest;
}

// They come nearly in order: each is put before the later ones, of which few
// came before it.
DurableCall* CallQueue::Sorted(DurableCall* newest) {
  DurableCall* first = nullptr;
  while (newest != nullptr) {
    DurableCall* const call = std::exchange(newest, newest->next);
    DurableCall** place = &first;
    while (*place != nullptr && (*place)->sequence < call->sequence) {
      place = &(*place)->next;
    }
    call->next = *place;
    *place = call;
  }
  return first;
}

}  // namespace seatfield::mapped
