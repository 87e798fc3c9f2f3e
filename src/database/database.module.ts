import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Config } from '../config/config.js';
import { dataSourceOptions } from './data-source.js';
import { Statements } from './statements.js';

/** The connection pool. Feature modules add their entities with `TypeOrmModule.forFeature`. */
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [Config],
      useFactory: ({ databaseUrl, databasePoolSize }: Config) => {
        if (databaseUrl === null) throw new Error('The application needs a database URL');
        return { ...dataSourceOptions(databaseUrl, databasePoolSize), autoLoadEntities: true, retryAttempts: 0 };
      },
    }),
  ],
  providers: [Statements],
  exports: [Statements],
})
export class DatabaseModule {}
