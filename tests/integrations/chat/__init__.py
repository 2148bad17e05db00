"""Tests of chats: their queue, whatever kind they are."""
