"""A stable sort of payment slots by an integer key."""

from simcash.core.jit import inner, part


@inner
def sort_by_key(s, start, stop):
    """Sort items[start:stop] by their keys, ascending and stable (bottom-up merge sort)."""
    width = 1
    while width < stop - start:
        left = start
        while left < stop:
            merge(s, left, min(left + width, stop), min(left + 2 * width, stop))
            left += 2 * width
        for i in range(start, stop):
            s.items[i] = s.spare_items[i]
            s.keys[i] = s.spare_keys[i]
        width *= 2


@part
def merge(s, left, middle, right):
    """Merge two sorted neighbouring runs into the spare arrays."""
    i, j = left, middle
    for k in range(left, right):
        if i < middle and (j >= right or s.keys[i] <= s.keys[j]):
            s.spare_items[k] = s.items[i]
            s.spare_keys[k] = s.keys[i]
            i += 1
        else:
            s.spare_items[k] = s.items[j]
            s.spare_keys[k] = s.keys[j]
            j += 1
