"""What Alembic runs: revisions on the connection it was given, inside that connection's transaction."""

from alembic import context

from records.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,  # SQLite changes a table by copying it
    transactional_ddl=True,  # on SQLite too: the connection begins its transactions itself
)
context.run_migrations()
