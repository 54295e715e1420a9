/*
 * Instances that each believe they hold one actor, and the storage that they share, as a model of
 * `database/replication/` (head.ts, replica.ts, restore.ts). docs/scale.md says why it is done so.
 *
 * The storage does one request after another and has no compare-and-set. A put or delete arrives
 * once, at any time after it was sent, or never; also when its sender is gone. An instance that takes
 * no further step has crashed, and one that goes on later was cut off and comes back. `spin` goes
 * through every order of the steps, so through a crash and a delay at each.
 *
 * An instance is known by the number of its epoch. It may wake before one with a lower number, as with
 * clocks that are wrong. The database says which refresh tokens were used.
 *
 * With one of these the model has a counterexample:
 * -DNO_SECOND_LOOK -DNO_LOOK_BEFORE_READ -DRESTORE_FIRST
 *
 * With -DCOPY somebody copies the database for a backup meanwhile (copy_kept.ts), of two instances. There is a
 * counterexample with one of these besides: -DNO_LOOK_AFTER_COPY -DCOPY_UNDER_A_NEW_EPOCH
 */
#ifdef COPY
#define EPOCHS 2
#else
#define EPOCHS 3
#endif
#define REQUESTS 2 /* that one instance is asked */

mtype:request = { nothing, begin, record, snapshot, deleteOwn, deleteStale }
mtype:head = { absent, begun, written }

/* The storage. Epoch 0 stands for a database that is not there yet. */
mtype:head head[EPOCHS + 1] = absent
byte base[EPOCHS + 1] /* what the database is made of, by the head; */
byte from[EPOCHS + 1] /* on top of it comes the log from here */
byte logged[(EPOCHS + 1) * REQUESTS] /* the token of each record, or 0 */

/* What each instance has sent and not been told yet; it sends one request after the other. */
mtype:request sent[EPOCHS + 1] = nothing
byte database[EPOCHS + 1] /* the bits of used tokens */
byte used[EPOCHS + 1] /* the token that the record is about */
byte records[EPOCHS + 1]
byte stale[EPOCHS + 1] /* the bits of earlier epochs, and bit 0 for its own first record */

/* The bits of tokens whose successor an app was given. */
byte acknowledged
/* The bits of a copy that counts: what it says must be so in all later answers. */
byte copied

inline findNewest() {
  newest = EPOCHS
  do
  :: newest > 0 && head[newest] == absent -> newest--
  :: else -> break
  od
}

/* Once its request has arrived: an instance ends that is not the newest any more. */
inline look() {
  sent[me] == nothing
  findNewest()
  if
  :: newest != me -> goto gone
  :: else -> newest = 0
  fi
}

/* Lists what came before, and takes the newest that something was written to. */
inline listEarlier() {
  source = me - 1
  do
  :: source > 0 && head[source] != written -> source--
  :: else -> break
  od
  database[me] = base[source]
  at = from[source]
  newest = me - 1
  do
  :: newest > 0 ->
    if
    :: head[newest] != absent -> stale[me] = stale[me] | (1 << newest)
    :: else
    fi
    newest--
  :: else -> break
  od
}

#define RECORD logged[source * REQUESTS + at]

/* Applies the log of that epoch, record by record, until one is missing. */
inline readLog() {
  do
  :: d_step { at < REQUESTS && RECORD != 0 -> database[me] = database[me] | RECORD; at++ }
  :: atomic { at >= REQUESTS || RECORD == 0 -> at = 0; source = 0; break }
  od
}

proctype Instance(byte me) {
  byte newest, source, at, token, before
  byte left = REQUESTS
  bool isWritten

#ifdef RESTORE_FIRST
  d_step { listEarlier() }
  readLog()
  sent[me] = begin
  atomic { look() }
#else
  sent[me] = begin
  atomic {
    sent[me] == nothing ->
    findNewest()
    if
    :: newest != me -> sent[me] = deleteOwn; goto gone
    :: else -> newest = 0; listEarlier()
    fi
  }
  readLog()
#endif

  do
  :: atomic { left > 0 ->
      /* An app wants the successor of a token. */
      left--
      before = acknowledged | copied
      if
      :: token = 1
      :: token = 2
      fi
      if
      :: database[me] & token -> goto answerOnly
      :: else
      fi
      database[me] = database[me] | token
      used[me] = token
      if
      :: sent[me] = record
      :: sent[me] = snapshot
      fi
    }
    atomic {
#ifdef NO_SECOND_LOOK
      sent[me] == nothing
#else
      look()
#endif
      isWritten = true
      if
      :: stale[me] != 0 -> sent[me] = deleteStale
      :: else
      fi
    }
    atomic {
      sent[me] == nothing ->
      assert(!(acknowledged & token)) /* one token, one successor */
      assert((before & ~database[me]) == 0)
      acknowledged = acknowledged | token
      token = 0
      before = 0
    }
  :: atomic { left > 0 -> /* A question, such as whether a session is open. */
      left--
      before = acknowledged | copied
    }
answerOnly:
    atomic {
#ifndef NO_LOOK_BEFORE_READ
      look()
#endif
      /* What was acknowledged before the question is in the answer. */
      assert((before & ~database[me]) == 0)
      token = 0
      before = 0
    }
  :: atomic { left == 0 || !isWritten -> /* It goes to sleep. */
      if
      :: !isWritten -> sent[me] = deleteOwn
      :: else
      fi
      break
    }
  od
gone:
  atomic { newest = 0; token = 0; before = 0; left = 0; isWritten = false }
}

#ifdef COPY
/* Copies the database as it is at one moment, and writes nothing. */
active proctype Reader() {
  byte newest, source, at, ofBase, ofLog, copy
  byte before

  atomic {
    before = acknowledged
    findNewest()
#ifdef COPY_UNDER_A_NEW_EPOCH
    do
    :: newest > 0 && head[newest] != written -> newest--
    :: else -> break
    od
#endif
    /* Where the newest has written nothing it is asked for its head: the copy begins later. */
    if
    :: newest == 0 || head[newest] != written -> goto over
    :: else -> source = newest
    fi
    ofBase = base[source]
    ofLog = from[source]
    copy = ofBase
    at = ofLog
#ifdef COPY_UNDER_A_NEW_EPOCH
    findNewest()
#endif
  }
  do
  :: d_step { at < REQUESTS && RECORD != 0 -> copy = copy | RECORD; at++ }
  :: atomic { at >= REQUESTS || RECORD == 0 -> break }
  od
  atomic {
#ifndef NO_LOOK_AFTER_COPY
    ofLog = (base[source] == ofBase && from[source] == ofLog -> 0 : 1)
    ofBase = newest
    findNewest()
    if
    :: newest != ofBase || head[source] != written || ofLog -> copy = 0
    :: else -> assert((before & ~copy) == 0)
    fi
#endif
    copied = copy
  }
over:
  skip
}
#endif

/* A request of the instance `i` reaches the storage. */
inline arrive(i) {
  d_step {
    sent[i] != nothing ->
    if
    :: sent[i] == begin -> head[i] = begun
    :: sent[i] == record ->
      logged[i * REQUESTS + records[i]] = used[i]
      if
      :: records[i] == 0 && head[i] != written -> /* with the head, in one batch */
        head[i] = written
        base[i] = database[i] & ~used[i]
      :: else
      fi
      records[i]++
    :: sent[i] == snapshot -> /* instead of a record, with the head that names it, in one batch */
      head[i] = written
      base[i] = database[i]
      from[i] = records[i]
      if
      :: records[i] > 0 -> stale[i] = stale[i] | 1
      :: else
      fi
    :: sent[i] == deleteOwn -> head[i] = absent
    :: sent[i] == deleteStale ->
      earlier = i - 1
      do
      :: earlier > 0 ->
        if
        :: stale[i] & (1 << earlier) -> head[earlier] = absent
        :: else
        fi
        earlier--
      :: else -> break
      od
      if
      :: stale[i] & 1 -> logged[i * REQUESTS] = 0
      :: else
      fi
      stale[i] = 0
    fi
    sent[i] = nothing
  }
}

active proctype Storage() {
  byte earlier
end:
  do
  :: arrive(1)
  :: arrive(2)
#if EPOCHS > 2
  :: arrive(3)
#endif
  od
}

init {
  atomic {
    run Instance(1)
    run Instance(2)
#if EPOCHS > 2
    run Instance(3)
#endif
  }
}
